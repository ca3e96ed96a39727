import type { Topology } from "../scenario/topology.ts";
import type { Ground } from "./ground.ts";
import { run } from "./run.ts";

interface LinkJson {
  readonly addr_info?: readonly { readonly local?: string; readonly scope: string }[];
}

/** Whose link-local address on the fabric is whose: routers show them as next hops of IPv6 routes. */
export async function linkLocals(topology: Topology, ground: Ground): Promise<ReadonlyMap<string, string>> {
  const machines = [...topology.nodes, ...topology.routers];
  const pairs = machines.map(async ({ name }) => {
    const output = await run("ip", ["-n", ground.netns(name), "-6", "-j", "address", "show", "dev", "eth0"]);
    const infos = (JSON.parse(output) as LinkJson[]).flatMap((link) => link.addr_info ?? []);
    const local = infos.find((info) => info.scope === "link")?.local;
    return local === undefined ? [] : [[local, name] as const];
  });
  return new Map((await Promise.all(pairs)).flat());
}
