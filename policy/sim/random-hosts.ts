import type { PolicyType } from "../../datastore/model/policy-spec.ts";
import { apiVersion } from "../../datastore/model/resource.ts";
import type { Rule } from "../../datastore/model/rule.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { PolicyInput } from "../graph/policy-graph.ts";
import { NODE, type RandomWorld } from "./random-world.ts";

/** The interfaces of a random world's node that are no workloads', each with the node's own addresses on it. */
export const HOST_INTERFACES = [
  { name: "up0", addresses: ["10.66.0.1", "fd00:66::1"] },
  { name: "up1", addresses: ["10.66.1.1", "fd00:66:1::1"] },
] as const;

const OWN = HOST_INTERFACES.flatMap(({ addresses }) => addresses);

/** A host endpoint in one of its forms: one interface by name, by the addresses it has, or all that are left. */
export function randomHostEndpoint(world: RandomWorld): PolicyInput {
  const key = `host${world.int(4)}`;
  const form = world.int(5);
  const spec = {
    node: world.chance(0.9) ? NODE : "node-b",
    ...(form < 2 && { interfaceName: world.pick(HOST_INTERFACES).name }),
    ...(form === 2 && { interfaceName: "*" }),
    ...((form > 2 || world.chance(0.3)) && { expectedIPs: [world.pick(OWN), ...world.some(OWN, 1)] }),
    profiles: [...new Set(world.some(["kns.red", "open", "projectcalico-default-allow"], 2))],
    ...(world.chance(0.5) && { ports: [{ name: "web", protocol: "TCP" as const, port: world.pick([80, 8080]) }] }),
  };
  const metadata = { name: key, labels: world.labels() };
  const value = { kind: "HostEndpoint", apiVersion, metadata, spec } as const;
  return { kind: "HostEndpoint", change: { kind: "set", key, value } };
}

/** An interface of the node with all, some or others of its addresses. */
export function randomHostInterface(world: RandomWorld): PolicyInput {
  const { name, addresses } = world.pick(HOST_INTERFACES);
  const texts = world.chance(0.8) ? addresses : world.some(OWN, 3);
  const value = texts.map((text) => parseAddress(text)!);
  return { kind: "HostInterface", change: { kind: "set", key: name, value } };
}

/** What a kernel that has all its addresses says of the node's interfaces. */
export function presentInterfaces(): PolicyInput[] {
  return HOST_INTERFACES.map(({ name, addresses }) => {
    const value = addresses.map((text) => parseAddress(text)!);
    return { kind: "HostInterface", change: { kind: "set", key: name, value } };
  });
}

/** The directions of a policy's spec, as far as they are looked at here. */
interface Sided {
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
  readonly types?: readonly PolicyType[];
}

/**
 * Turns a policy's spec now and then into one that host endpoints ask on the way, as validation would let through; most of
 * those end in a rule that is met often.
 */
export function onTheWay<S extends Sided>(world: RandomWorld, spec: S): S {
  const form = world.int(6);
  if (form === 5) return spec;
  const last = world.chance(0.7) ? [broadRule(world)] : [];
  const ingress = [...(spec.ingress ?? []), ...last];
  if (form === 4) {
    const { egress: _egress, types: _types, ...rest } = spec;
    return { ...(rest as S), ingress, applyOnForward: true, preDNAT: true };
  }
  const egress = world.chance(0.5) ? [...(spec.egress ?? []), ...last] : spec.egress;
  return {
    ...spec,
    ingress,
    ...(egress && { egress }),
    applyOnForward: true,
    ...(form === 3 && { doNotTrack: true }),
  };
}

function broadRule(world: RandomWorld): Rule {
  const protocol = world.pick([undefined, undefined, "TCP", "UDP"] as const);
  return {
    action: world.pick(["Allow", "Allow", "Allow", "Deny", "Pass"] as const),
    ...(protocol && { protocol }),
    ...(world.chance(0.3) && { ipVersion: world.pick([4, 6] as const) }),
    ...(world.chance(0.3) && { source: { nets: [world.pick(["10.65.0.0/16", "10.67.0.0/31", "fd00:67::/64"])] } }),
  };
}
