import { writeLookup } from "./expression/lookup.ts";
import { metaKey, writeMeta } from "./expression/meta.ts";
import { NFT_PAYLOAD_NETWORK_HEADER, NFT_PAYLOAD_TRANSPORT_HEADER, writePayload } from "./expression/payload.ts";
import { registerAt } from "./expression/write-expression.ts";
import type { KeyField, Match } from "./expression.ts";
import type { RuleContext } from "./rule-context.ts";
import type { FieldType } from "./set.ts";

/** Which type of key a set must have for a field to be looked up in it. */
export const fieldTypeOf: { readonly [F in KeyField]: FieldType } = {
  "ip saddr": "ipv4_addr",
  "ip daddr": "ipv4_addr",
  "ip6 saddr": "ipv6_addr",
  "ip6 daddr": "ipv6_addr",
  l4proto: "inet_proto",
  sport: "inet_service",
  dport: "inet_service",
  iifname: "ifname",
  oifname: "ifname",
  mark: "mark",
};

/** Where a field lies in the packet, and how many 32-bit registers it fills. */
const place: {
  readonly [F in KeyField]:
    | { readonly base: number; readonly offset: number; readonly octets: number }
    | { readonly meta: number; readonly octets: number };
} = {
  "ip saddr": { base: NFT_PAYLOAD_NETWORK_HEADER, offset: 12, octets: 4 },
  "ip daddr": { base: NFT_PAYLOAD_NETWORK_HEADER, offset: 16, octets: 4 },
  "ip6 saddr": { base: NFT_PAYLOAD_NETWORK_HEADER, offset: 8, octets: 16 },
  "ip6 daddr": { base: NFT_PAYLOAD_NETWORK_HEADER, offset: 24, octets: 16 },
  l4proto: { meta: metaKey.l4proto, octets: 1 },
  sport: { base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0, octets: 2 },
  dport: { base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 2, octets: 2 },
  iifname: { meta: metaKey.iifname, octets: 16 },
  oifname: { meta: metaKey.oifname, octets: 16 },
  mark: { meta: metaKey.mark, octets: 4 },
};

/** Loads the key, field beside field, and looks it up. @throws InvalidRuleset when fields are of different families */
export function lowerLookup(to: RuleContext, match: Extract<Match, { readonly kind: "lookup" }>): void {
  for (const field of match.key) {
    if (field.startsWith("ip6 ")) to.needFamily("ipv6", `look-up in ${match.set}`);
    else if (field.startsWith("ip ")) to.needFamily("ipv4", `look-up in ${match.set}`);
  }
  let word = 0;
  for (const field of match.key) {
    const from = place[field];
    if ("meta" in from) writeMeta(to.w, from.meta, registerAt(word));
    else writePayload(to.w, registerAt(word), from.base, from.offset, from.octets);
    word += (from.octets + 3) >>> 2;
  }
  writeLookup(to.w, match.set, match.not);
}
