import { apiVersion } from "../../datastore/model/resource.ts";
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

/** Turns a policy's spec now and then into one that host endpoints ask on the way, as validation would let through. */
export function onTheWay<S extends object>(world: RandomWorld, spec: S): S {
  switch (world.int(6)) {
    case 0:
    case 1:
      return { ...spec, applyOnForward: true };
    case 2:
      return { ...spec, applyOnForward: true, doNotTrack: true };
    case 3: {
      const { egress: _egress, types: _types, ...ingress } = { egress: [], types: [], ...spec };
      return { ...(ingress as unknown as S), applyOnForward: true, preDNAT: true };
    }
    default:
      return spec;
  }
}
