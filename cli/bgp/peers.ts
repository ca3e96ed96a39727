import type { BgpPeer, BgpPeerFamily, BgpPeersAnswer } from "../../agent/api/bgp.ts";
import type { Shell } from "../shell.ts";
import { writeYaml } from "../yaml.ts";
import { aligned, type Column } from "./aligned.ts";
import { type AskOptions, askBgp, formOf } from "./ask.ts";
import { counted, duration, octets } from "./words.ts";

const columns: readonly Column[] = [
  { heading: "PEER" },
  { heading: "AS", isNumber: true },
  { heading: "STATE" },
  { heading: "SINCE", isNumber: true },
  { heading: "FAMILY" },
  { heading: "RECEIVED", isNumber: true },
  { heading: "ACCEPTED", isNumber: true },
  { heading: "SENT", isNumber: true },
];
const wide: readonly Column[] = [
  { heading: "STALE", isNumber: true },
  { heading: "END-OF-RIB" },
  { heading: "ROUTER-ID" },
  { heading: "UPS", isNumber: true },
  { heading: "MSGS-IN", isNumber: true },
  { heading: "MSGS-OUT", isNumber: true },
];
const notes: Column = { heading: "NOTES" };

/** What stands out about a family of a session that is up. */
function familyNote(family: BgpPeerFamily): string {
  if (family.received > 0 && family.accepted === 0) return "none accepted: `bgp routes --received` says why";
  if (family.stale > 0) return `${family.stale} stale`;
  return family.isTold ? "" : "End-of-RIB not seen";
}

function wideCells(peer: BgpPeer, family: BgpPeerFamily | undefined, isFirst: boolean): string[] {
  const once = (value: string | number): string => (isFirst ? String(value) : "");
  return [
    String(family?.stale ?? ""),
    family ? (family.isTold ? "yes" : "no") : "",
    once(peer.routerId ?? ""),
    once(peer.established),
    once(peer.messagesIn),
    once(peer.messagesOut),
  ];
}

function peerRows(peer: BgpPeer, isWide: boolean): string[][] {
  const shown = peer.families.filter(({ isUp, received }) => isUp || received > 0);
  return (shown.length === 0 ? [undefined] : shown).map((family, i) => {
    const isFirst = i === 0;
    const head = isFirst ? [peer.name, String(peer.asn), peer.state, duration(peer.seconds)] : ["", "", "", ""];
    const counts = family ? [family.received, family.accepted, family.advertised].map(String) : ["", "", ""];
    const isUp = peer.state === "Established";
    const note = isUp
      ? family
        ? familyNote(family)
        : "no family in common: compare the families of both sides"
      : isFirst
        ? peer.why
        : "";
    const bad = isFirst && peer.malformed > 0 ? `${counted(peer.malformed, "malformed UPDATE")}, see \`bgp peer\`` : "";
    const more = isWide ? wideCells(peer, family, isFirst) : [];
    return [...head, family?.family ?? "", ...counts, ...more, [bad, note].filter((one) => one !== "").join("; ")];
  });
}

function heading(answer: BgpPeersAnswer): string {
  const sum = (of: (family: BgpPeersAnswer["families"][number]) => number): number =>
    answer.families.reduce((total, family) => total + of(family), 0);
  const up = answer.peers.filter(({ state }) => state === "Established").length;
  const paths = sum((family) => family.paths);
  const tables = `${counted(paths, "path")} of ${counted(
    sum(({ prefixes }) => prefixes),
    "prefix",
    "prefixes",
  )}`;
  const memory = `${octets(answer.bytes)}${paths >= 1000 ? `, ${answer.bytesPerRoute} B a path` : ""}`;
  const gate = answer.isDeciding ? "" : "Restarting: best paths wait until every peer has told what it has.\n";
  return (
    `AS ${answer.asn}, router id ${answer.routerId}: ${up} of ${counted(answer.peers.length, "session")} Established\n` +
    `${tables}, ${sum(({ best }) => best)} best, ${counted(answer.attributeSets, "attribute set")}, ${memory}\n${gate}`
  );
}

/** The peers of a speaker as a table under two lines about the speaker itself. */
export function peersText(answer: BgpPeersAnswer, isWide: boolean): string {
  if (answer.peers.length === 0) return `${heading(answer)}No peers.\n`;
  const rows = answer.peers.flatMap((peer) => peerRows(peer, isWide));
  return `${heading(answer)}\n${aligned([...columns, ...(isWide ? wide : []), notes], rows)}`;
}

/** `manxctl bgp peers`. */
export async function bgpPeers(shell: Shell, options: AskOptions): Promise<void> {
  const form = formOf(options, ["ps", "wide", "yaml", "json"]);
  const answer = await askBgp<BgpPeersAnswer>(shell, { do: "bgp.peers" }, options);
  if (form === "json") shell.print(`${JSON.stringify(answer, null, 2)}\n`);
  else shell.print(form === "yaml" ? writeYaml(answer) : peersText(answer, form === "wide"));
}
