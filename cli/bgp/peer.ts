import type { BgpPeerAnswer } from "../../agent/api/bgp.ts";
import type { Shell } from "../shell.ts";
import { writeYaml } from "../yaml.ts";
import { aligned } from "./aligned.ts";
import { type AskOptions, askBgp, formOf } from "./ask.ts";
import { annotatedHex } from "./hex.ts";
import { counted, duration, octets } from "./words.ts";

const typeNames: Readonly<Record<string, string>> = { routeRefresh: "route-refresh" };

function head({ peer, lastError }: BgpPeerAnswer): string {
  const id = peer.routerId === undefined ? "" : `, router id ${peer.routerId}`;
  const kind = peer.isDynamic ? ", dynamic" : "";
  const ups = `, came up ${counted(peer.established, "time")}`;
  const why = peer.why === "" ? "" : `\n  why: ${peer.why}`;
  const error = lastError
    ? `\n  last error: ${lastError.direction} ${lastError.text} (${lastError.code}/${lastError.subcode}) at ${lastError.at}${lastError.hint === "" ? "" : `\n    ${lastError.hint}`}`
    : "";
  return `${peer.name}, AS ${peer.asn}${id}${kind}\n  ${peer.state} for ${duration(peer.seconds)}, since ${peer.since}${ups}${why}${error}\n`;
}

function counts(answer: BgpPeerAnswer): string {
  const rows = answer.peer.families.map((family) => [
    family.family,
    family.isUp ? "yes" : "no",
    ...[family.received, family.accepted, family.stale, family.advertised].map(String),
    family.isTold ? "yes" : "no",
    ...groupCells(answer, family.family),
  ]);
  const number = (heading: string) => ({ heading, isNumber: true });
  const columns = [
    { heading: "FAMILY" },
    { heading: "UP" },
    ...["RECEIVED", "ACCEPTED", "STALE", "SENT"].map(number),
    { heading: "END-OF-RIB" },
    { heading: "GROUP", isNumber: true },
    { heading: "LAG" },
  ];
  return aligned(columns, rows);
}

/** The update group: its number and how many share it, and whether it has something left to say. */
function groupCells({ groups }: BgpPeerAnswer, family: string): [string, string] {
  const group = groups.find((one) => one.family === family);
  if (!group) return ["", ""];
  const lag = group.queued > 0 ? counted(group.queued, "batch", "batches") : group.isQuiet ? "none" : "deciding";
  return [`${group.number} (${counted(group.peers.length, "peer")})`, lag];
}

function messages({ messages: { in: received, out: sent }, ...answer }: BgpPeerAnswer): string {
  const rows = Object.keys(received).map((type) => [
    typeNames[type] ?? type,
    String(received[type] ?? 0),
    String(sent[type] ?? 0),
  ]);
  rows.push(["octets", octets(answer.octetsIn), octets(answer.octetsOut)]);
  const columns = [{ heading: "MESSAGES" }, { heading: "IN", isNumber: true }, { heading: "OUT", isNumber: true }];
  const waits = answer.queuedBytes > 0 ? `${octets(answer.queuedBytes)} wait for the peer to take them\n` : "";
  return `${aligned(columns, rows)}${waits}`;
}

function malformed({ peer: { malformed: count }, malformedMessages }: BgpPeerAnswer): string {
  if (count === 0) return "";
  const texts = malformedMessages.map((message) => {
    const cut = message.length * 2 > message.octets.length ? `, the first ${message.octets.length / 2} shown` : "";
    const title = `${message.at}  ${message.verdict}: ${message.why} (${message.length} octets${cut})\n`;
    return `\n${title}${annotatedHex(message.octets, message.offset, "here")}`;
  });
  return `\n${counted(count, "malformed UPDATE")}${texts.length > 0 ? `, the last ${texts.length}:\n` : "\n"}${texts.join("")}`;
}

/** Everything of one peer, for people. */
export function peerText(answer: BgpPeerAnswer): string {
  const agreed = answer.negotiated.map(([name, value]) => [`  ${name}`, value]);
  const terms = agreed.length === 0 ? "" : `\nNegotiated\n${pairs(agreed)}`;
  return `${head(answer)}${terms}\n${counts(answer)}\n${messages(answer)}${malformed(answer)}`;
}

function pairs(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name]) => name!.length));
  return rows.map(([name, value]) => `${name!.padEnd(width)}  ${value}\n`).join("");
}

/** `manxctl bgp peer NAME`. */
export async function bgpPeer(shell: Shell, name: string, options: AskOptions): Promise<void> {
  const form = formOf(options, ["ps", "yaml", "json"]);
  const answer = await askBgp<BgpPeerAnswer>(shell, { do: "bgp.peer", name }, options);
  if (form === "json") shell.print(`${JSON.stringify(answer, null, 2)}\n`);
  else shell.print(form === "yaml" ? writeYaml(answer) : peerText(answer));
}
