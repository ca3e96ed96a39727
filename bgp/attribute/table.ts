import { aggregator } from "./aggregator.ts";
import { asPath } from "./as-path-attribute.ts";
import { as4Aggregator } from "./as4-aggregator.ts";
import { as4Path } from "./as4-path.ts";
import { atomicAggregate } from "./atomic-aggregate.ts";
import { clusterList } from "./cluster-list.ts";
import { communities } from "./communities.ts";
import type { AttributeDescriptor } from "./descriptor.ts";
import { extendedCommunities } from "./extended-communities.ts";
import { largeCommunities } from "./large-communities.ts";
import { localPref } from "./local-pref.ts";
import { med } from "./med.ts";
import { mpReach } from "./mp-reach.ts";
import { nextHop } from "./next-hop.ts";
import { opaqueByCode } from "./opaque.ts";
import { origin } from "./origin.ts";
import { originatorId } from "./originator-id.ts";
import { otc } from "./otc.ts";

/** Every path attribute this speaker knows, in ascending order of code, which is the order on the wire. */
export const attributeTable: readonly AttributeDescriptor[] = [
  origin,
  asPath,
  nextHop,
  med,
  localPref,
  atomicAggregate,
  aggregator,
  communities,
  originatorId,
  clusterList,
  mpReach,
  extendedCommunities,
  as4Path,
  as4Aggregator,
  largeCommunities,
  otc,
];

const rows = new Array<AttributeDescriptor | undefined>(256).fill(undefined);
for (const row of attributeTable) rows[row.code] = row;

/** The row of a type code, or undefined when this speaker does not know it. */
export function attributeByCode(code: number): AttributeDescriptor | undefined {
  return rows[code];
}

/** The name of an attribute for people: `MULTI_EXIT_DISC`, or `attribute 99`. */
export function attributeName(code: number): string {
  return code === 15 ? "MP_UNREACH_NLRI" : (rows[code]?.name ?? opaqueByCode(code)?.name ?? `attribute ${code}`);
}
