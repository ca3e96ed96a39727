import { type Family, families } from "../../net/family.ts";
import type { Addresses } from "../scenario/topology.ts";
import type { Flow } from "./prober.ts";

/** Somebody who sends and is sent to. `space` is the prober's name for the namespace. */
export interface Party {
  readonly name: string;
  readonly space: string;
  readonly addresses: Addresses;
}

/** A flow with what it means. */
export interface Direction extends Flow {
  readonly from: Party;
  readonly to: Party;
  readonly family: Family;
}

/** Every ordered pair in both families, in the order of the parties. */
export function directions(parties: readonly Party[]): Direction[] {
  const pairs = parties.flatMap((from) => parties.filter((to) => to !== from).map((to) => ({ from, to })));
  return pairs
    .flatMap((pair) => families.map((family) => ({ ...pair, family })))
    .map((each, id) => ({ ...each, id, space: each.from.space, address: each.to.addresses[each.family] }));
}
