import { families } from "../../../net/family.ts";
import type { SessionSeen } from "../driver.ts";
import type { Verdict } from "../expectation.ts";
import type { Topology } from "../topology.ts";

/** Judges that every pair that must speak BGP does so, from both ends, in both families; one verdict a pair. */
export function judgeSessions(topology: Topology, seen: readonly SessionSeen[]): Verdict[] {
  return pairs(topology).map(([one, other]) => {
    const missing: string[] = [];
    for (const family of families) {
      for (const [at, peer] of [
        [one, other],
        [other, one],
      ]) {
        const session = seen.find((s) => s.at === at && s.peer === peer && s.family === family);
        if (!session?.established) missing.push(`${at} ${family}: ${session?.state ?? "no session"}`);
      }
    }
    return { what: `${one} and ${other} speak BGP`, held: missing.length === 0, seen: missing.join(", ") };
  });
}

/** Who must speak with whom: every node with every node, every router with every node. */
export function pairs(topology: Topology): [string, string][] {
  const nodes = topology.nodes.map((node) => node.name);
  const mesh = nodes.flatMap((one, i) => nodes.slice(i + 1).map((other): [string, string] => [one, other]));
  const fabric = topology.routers.flatMap((router) => nodes.map((node): [string, string] => [router.name, node]));
  return [...mesh, ...fabric];
}
