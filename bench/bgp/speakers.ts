import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workload } from "./workload.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The speakers that are held against each other. */
export type SpeakerName = "bird" | "frr" | "manx";

/** Every one of them, in the order in which they run. */
export const speakerNames: readonly SpeakerName[] = ["bird", "frr", "manx"];

/** Debian packages of the rivals. */
export const rivalPackages: readonly string[] = ["bird2", "frr"];

/** Writes the configuration of a speaker for a workload into `folder`; the command that runs it in the foreground. */
export function commandOf(speaker: SpeakerName, workload: Workload, folder: string): string[] {
  if (speaker === "bird") return bird(workload, folder);
  return speaker === "frr" ? frr(workload, folder) : manx(workload, folder);
}

/** Ranges of the load tool's sessions: the peers under load, and the one client in the mesh. */
function rangesOf({ family, sessions }: Workload): { readonly range: string; readonly isClient: boolean }[] {
  if (family === "ipv6") return [{ range: "fd10::/64", isClient: false }];
  if (sessions !== "mesh-and-one-client") return [{ range: "10.10.0.0/16", isClient: sessions === "clients" }];
  return [
    { range: "10.10.1.0/24", isClient: false },
    { range: "10.10.2.0/24", isClient: true },
  ];
}

function bird(workload: Workload, folder: string): string[] {
  const config = join(folder, "bird.conf");
  const isExternal = workload.sessions === "external";
  const local = workload.family === "ipv4" ? "10.10.0.1" : "fd10::a0a:1";
  const channel = `${workload.family} { import all; export all; ${isExternal ? "next hop self; " : ""}};`;
  const protocols = rangesOf(workload).map(({ range, isClient }, i) => {
    const kind = `${isExternal ? "external" : "internal"}; multihop; ${isClient ? "rr client; " : ""}`;
    const peer = `local ${local} as 65000; neighbor range ${range} ${kind}dynamic name "d${i}_";`;
    return `protocol bgp range${i} { ${peer} ${channel} }\n`;
  });
  writeFileSync(config, `router id 10.10.0.1;\nprotocol device {}\n${protocols.join("")}`);
  return ["bird", "-f", "-c", config, "-s", join(folder, "bird.ctl"), "-P", join(folder, "bird.pid")];
}

/** bgpd alone: without zebra every next hop counts as reachable once the checks for connected peers are off. */
function frr(workload: Workload, folder: string): string[] {
  const own = join(folder, "frr");
  mkdirSync(own, { recursive: true });
  const isExternal = workload.sessions === "external";
  const groups = rangesOf(workload).map((one, i) => ({ ...one, name: `g${i}` }));
  const peers = groups.flatMap(({ name }) => [
    ` neighbor ${name} peer-group`,
    ` neighbor ${name} remote-as ${isExternal ? "external" : "internal"}`,
    ...(isExternal ? [` neighbor ${name} ebgp-multihop 255`, ` neighbor ${name} disable-connected-check`] : []),
    ` neighbor ${name} advertisement-interval 0`,
  ]);
  const activated = groups.flatMap(({ name, isClient }) => [
    `  neighbor ${name} activate`,
    ...(isClient ? [`  neighbor ${name} route-reflector-client`] : []),
  ]);
  const text = [
    "router bgp 65000",
    " bgp router-id 10.10.0.1",
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    " no bgp network import-check",
    " bgp listen limit 5000",
    ...peers,
    ...groups.map(({ name, range }) => ` bgp listen range ${range} peer-group ${name}`),
    ` address-family ${workload.family} unicast`,
    ...activated,
    " exit-address-family",
  ];
  const config = join(own, "bgpd.conf");
  writeFileSync(config, `${text.join("\n")}\n`);
  const [uid, gid] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "frr"]).toString()));
  for (const path of [own, config]) chownSync(path, uid!, gid!);
  chmodSync(folder, 0o755);
  const places = ["-i", join(own, "bgpd.pid"), "-z", join(own, "zserv.api"), "--vty_socket", own, "-f", config];
  return ["/usr/lib/frr/bgpd", "-Z", "-u", "frr", "-g", "frr", "-A", "127.0.0.1", "-P", "0", ...places];
}

function manx(workload: Workload, folder: string): string[] {
  const config = join(folder, "manx.json");
  const asn = workload.sessions === "external" ? "external" : "internal";
  const dynamicPeers = rangesOf(workload).map(({ range, isClient }) => {
    return { range, asn, ...(isClient && { routeReflectorClient: true }) };
  });
  const listen = { address: workload.family === "ipv4" ? "10.10.0.1" : "fd10::a0a:1", port: 179 };
  const rest = { kernel: "none", ebgpRequiresPolicy: false, families: [workload.family], dynamicPeers };
  writeFileSync(config, JSON.stringify({ asn: 65000, routerId: "10.10.0.1", clusterId: "10.10.0.1", listen, ...rest }));
  return [join(root, "bin/manx"), "speaker", "--config", config];
}
