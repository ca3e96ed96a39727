import type { Topology } from "../../scenario/topology.ts";
import type { Sights } from "../witness.ts";
import { table } from "./table.ts";

/** The cluster as a drawing: the client, the router, the nodes side by side with their blocks and pods. */
export function drawing(topology: Topology, sights: Sights): string[] {
  const columns = topology.nodes.map((node) => nodeLines(node.name, topology, sights));
  const width = Math.max(...columns.flat().map((line) => line.length)) + 2;
  const height = Math.max(...columns.map((lines) => lines.length));
  const router = topology.routers[0];
  const centre = 4 + ((width * (columns.length - 1)) >> 1);
  const middle = (text: string): string => `${" ".repeat(Math.max(0, centre - (text.length >> 1)))}${text}`;
  return [
    ...topology.clients.map((client) => middle(`${client.name}  ${client.addresses.ipv4}  ${client.addresses.ipv6}`)),
    middle("│"),
    ...(router
      ? [middle(`${router.name} (FRR)  AS ${router.asn}  ${router.addresses.ipv4}  ${router.addresses.ipv6}`)]
      : []),
    middle("│"),
    rail(columns.length, width, centre),
    ...Array.from({ length: height }, (_, row) =>
      columns
        .map((lines) => (lines[row] ?? "").padEnd(width))
        .join("")
        .trimEnd(),
    ),
  ];
}

/** The line under the router that hangs every node on it. */
function rail(count: number, width: number, centre: number): string {
  const ends = Array.from({ length: count }, (_, i) => 4 + i * width);
  const last = ends.at(-1)!;
  const at = (x: number): string => {
    if (count === 1) return "│";
    if (x === 4) return "┌";
    if (x === last) return "┐";
    if (ends.includes(x)) return x === centre ? "┼" : "┬";
    return x === centre ? "┴" : "─";
  };
  return `    ${Array.from({ length: last - 3 }, (_, i) => at(i + 4)).join("")}`;
}

function nodeLines(name: string, topology: Topology, sights: Sights): string[] {
  const node = topology.nodes.find((each) => each.name === name)!;
  const blocks = sights.claims.filter((claim) => claim.node === name).map((claim) => `block ${claim.prefix}`);
  const pods = sights.pods.filter((pod) => pod.node === name);
  return [
    `${name}  AS ${topology.asn}`,
    node.addresses.ipv4,
    node.addresses.ipv6,
    ...blocks,
    ...pods.flatMap((pod) => [`└ ${pod.pod}`, `    ${pod.addresses.ipv4}`, `    ${pod.addresses.ipv6}`]),
  ];
}

/** Who speaks BGP with whom: one line a pair, both families, as the first named end sees it. */
export function sessionTable(sights: Sights): string[] {
  const pairs = new Map<string, Map<string, string>>();
  for (const { at, peer, family, state } of sights.sessions) {
    if (pairs.has(`${peer} ↔ ${at}`)) continue;
    const name = `${at} ↔ ${peer}`;
    pairs.set(name, (pairs.get(name) ?? new Map<string, string>()).set(family, state));
  }
  const rows = [...pairs].map(([name, states]) => [name, states.get("ipv4") ?? "-", states.get("ipv6") ?? "-"]);
  return table([["SESSION", "IPV4", "IPV6"], ...rows]);
}

/** What the routers forward by. */
export function routeTable(sights: Sights): string[] {
  return table([["ROUTE AT THE ROUTER", "NEXT HOP"], ...sights.routes.map((route) => [route.prefix, route.via])]);
}
