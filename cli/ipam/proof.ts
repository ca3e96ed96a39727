import { parseTimestamp } from "../../ipam/timestamp.ts";
import { formatPrefix, prefixOf } from "../../net/prefix.ts";
import type { RemoteStatus } from "../remote-status-text.ts";
import type { Findings } from "./findings.ts";
import type { Given, Survey } from "./survey.ts";

/** Calico's leak grace period: what is younger may belong to an endpoint that is just being made. */
const graceMs = 15 * 60_000;

/** Why a leaked address is dead beyond doubt, or why that is not sure. */
export type Verdict =
  | { readonly isDead: true; readonly proof: string }
  | { readonly isDead: false; readonly why: string };

/** Asks a node's agent what it routes; undefined when no answer comes. */
export type AskNode = (node: string) => Promise<RemoteStatus | undefined>;

const alive = (why: string): Verdict => ({ isDead: false, why });

/** When it was given out, in milliseconds since 1970: RFC 3339, or Go's own form, which Calico's plugin writes. */
function givenAt({ attributes }: Given): number | undefined {
  const text = attributes["timestamp"] ?? "";
  return parseTimestamp(text.replace(/^(\S+) (\S+) ([+-]\d\d)(\d\d) \S+$/, "$1T$2$3:$4"));
}

async function askedOf(one: Given, wall: number, ask: AskNode): Promise<Verdict> {
  const at = givenAt(one);
  if (at === undefined) return alive("nobody noted when it was given out");
  if (wall - at < graceMs) return alive("it was given out less than 15 minutes ago");
  const status = await ask(one.node);
  if (!status) return alive(`node ${one.node} does not answer`);
  const { birdV4, birdV6 } = status.agent ?? {};
  const { routesV4, routesV6 } = status.routes ?? {};
  const [daemon, routes] = one.address.family === "ipv4" ? [birdV4, routesV4] : [birdV6, routesV6];
  if (daemon?.state !== "Ready" || !Array.isArray(routes)) return alive(`node ${one.node} cannot say what it routes`);
  const host = formatPrefix(prefixOf(one.address, one.address.family === "ipv4" ? 32 : 128));
  if (routes.some(({ destination }) => destination === host)) return alive(`node ${one.node} routes it`);
  return { isDead: true, proof: `no endpoint or node has it, and node ${one.node} has no route to it` };
}

/**
 * Judges a leaked address by two sources. The first is the datastore: at one revision no endpoint and no node has it. The second
 * is the node it was given to: either there is no such Node and no endpoint names it, or its agent, asked now, has no route
 * to the address, and the address was given out more than 15 minutes ago.
 */
export async function judge(one: Given, survey: Survey, wall: number, ask: AskNode): Promise<Verdict> {
  if (one.node === "") return alive("nobody noted for which node it is");
  if (survey.nodes.has(one.node)) return askedOf(one, wall, ask);
  if (survey.endpointNodes.has(one.node)) return alive(`there is no Node ${one.node}, but endpoints name it`);
  return { isDead: true, proof: `no endpoint or node has it, and there is no node ${one.node}` };
}

/** The leaked addresses of each handle that has no other ones; a handle is given back whole or not at all. */
export function wholeHandles({ leaked }: Findings, { given }: Survey): readonly (readonly Given[])[] {
  const byHandle = new Map<string, Given[]>();
  const alone: Given[][] = [];
  for (const one of leaked) {
    if (one.handle === "") alone.push([one]);
    else byHandle.set(one.handle, [...(byHandle.get(one.handle) ?? []), one]);
  }
  const used = new Set(given.flatMap(({ handle, owners }) => (owners.length > 0 ? [handle] : [])));
  return [...alone, ...[...byHandle].flatMap(([handle, all]) => (used.has(handle) ? [] : [all]))];
}
