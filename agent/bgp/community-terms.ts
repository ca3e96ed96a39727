import { parseCommunity, parseLargeCommunity } from "../../bgp/attribute/community-text.ts";
import type { LargeCommunity } from "../../bgp/attribute/path-attributes.ts";
import type { Term } from "../../bgp/filter/filter.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { masked, parsePrefix } from "../../net/prefix.ts";
import type { BgpSettings } from "../graph/bgp-settings.ts";

/**
 * The communities that leave with routes inside `prefixAdvertisements` of a family: every one that covers a route adds its
 * own, and pools decide afterwards whether it leaves at all. Names stand for what `communities` says; a name that nobody
 * defines is passed over. Source: Calico confd, bird_ipam.cfg.template (calico_export: communities after BGPFilters).
 */
export function communityTerms(settings: BgpSettings, family: Family): readonly Term[] {
  const values = new Map((settings.communities ?? []).map(({ name, value }) => [name, value]));
  return (settings.prefixAdvertisements ?? []).flatMap(({ cidr, communities = [] }) => {
    const parsed = parsePrefix(cidr);
    if (parsed?.family !== family) return [];
    const prefix = masked(parsed);
    const texts = communities.map((one) => values.get(one) ?? one);
    const plain = texts.map(parseCommunity).filter((one): one is number => one !== undefined);
    const large = texts.map(parseLargeCommunity).filter((one): one is LargeCommunity => one !== undefined);
    if (plain.length + large.length === 0) return [];
    return [
      {
        name: `prefixAdvertisements ${cidr}`,
        match: { prefixes: [{ prefix, minLength: prefix.length, maxLength: addressBits[family] }] },
        verdict: "next-term",
        change: {
          ...(plain.length > 0 && { addCommunities: plain }),
          ...(large.length > 0 && { addLargeCommunities: large }),
        },
      } satisfies Term,
    ];
  });
}
