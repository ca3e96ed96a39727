import type { Topology } from "../scenario/topology.ts";
import type { Ground } from "./ground.ts";
import type { Manxctl } from "./manxctl.ts";
import { run } from "./run.ts";

/** Where an address is still known in the kernels of the nodes and routers, and in the datastore; one line a place. */
export async function tracesOf(
  address: string,
  topology: Topology,
  ground: Ground,
  manxctl: Manxctl,
): Promise<readonly string[]> {
  const machines = [...topology.nodes, ...topology.routers].map((each) => each.name);
  const found = await Promise.all([
    ...machines.map(async (name) => prefixed(name, "route", await routes(ground.netns(name), address))),
    ...machines.map(async (name) => prefixed(name, "neighbour", await neighbours(ground.netns(name), address))),
    ...topology.nodes.map(async ({ name }) => prefixed(name, "rule or set", await rules(ground.netns(name), address))),
    inDatastore(manxctl, address),
  ]);
  return found.flat();
}

function prefixed(machine: string, what: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${machine} ${what}: ${line}`);
}

async function routes(netns: string, address: string): Promise<string[]> {
  const family = address.includes(":") ? "-6" : "-4";
  const length = address.includes(":") ? 128 : 32;
  return linesOf(
    await run("ip", ["-n", netns, family, "route", "show", "table", "all", "exact", `${address}/${length}`]),
  );
}

async function neighbours(netns: string, address: string): Promise<string[]> {
  return linesOf(await run("ip", ["-n", netns, "neighbour", "show", "to", address, "nud", "permanent"]));
}

async function rules(netns: string, address: string): Promise<string[]> {
  const whole = new RegExp(`(^|[^0-9a-f:.])${address.replaceAll(".", "\\.")}([^0-9a-f:.]|$)`);
  return linesOf(await run("nft", ["list", "ruleset"], { netns })).filter((line) => whole.test(line));
}

/** `manxctl ipam show --ip` says "is not assigned" of a free address, as calicoctl does. */
async function inDatastore(manxctl: Manxctl, address: string): Promise<string[]> {
  const ran = await manxctl.try(["ipam", "show", `--ip=${address}`]);
  return ran.stdout.includes("is not assigned") ? [] : [`datastore: ${(ran.stdout + ran.stderr).trim()}`];
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
