import type { Term } from "../../bgp/filter/filter.ts";
import { addressBits, type Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";

/**
 * How addresses of services leave: the ranges that we announce ourselves and, from a route reflector, whatever lies inside
 * them. Towards eBGP peers our own have MED 0, as everything of ours has. Source: Calico confd, bird_ipam.cfg.template.
 */
export function serviceTerms(
  ranges: readonly Prefix[],
  family: Family,
  isExternal: boolean,
  isReflector: boolean,
): readonly Term[] {
  const own = ranges.filter((range) => range.family === family);
  if (own.length === 0) return [];
  const within = (longest: number | undefined) =>
    own.map((prefix) => ({ prefix, minLength: prefix.length, maxLength: longest ?? prefix.length }));
  const ours: Term = {
    name: "services",
    match: { prefixes: within(undefined), source: "local" },
    verdict: "accept",
    ...(isExternal && { change: { med: 0 } }),
  };
  const others: Term = {
    name: "services, reflected",
    match: { prefixes: within(addressBits[family]) },
    verdict: "accept",
  };
  return isReflector ? [ours, others] : [ours];
}
