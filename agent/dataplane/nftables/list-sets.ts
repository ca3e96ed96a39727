import type { NamedSet } from "../../../kernel/nftables/set.ts";
import type { Family } from "../../../net/family.ts";
import { covers, formatPrefix, type Prefix } from "../../../net/prefix.ts";
import type { PortRange } from "../../../policy/rule.ts";
import type { SetId } from "../../../policy/set.ts";
import { listSet } from "./names.ts";

/** What the lowering of rules asks of the whole: which sets it may look into. */
export interface SetNames {
  /** Notes that a rule needs this set of its own; answers its name. */
  need(set: NamedSet): string;
  /** The name of the kernel's set of one family's members of a set of the policy's, or undefined when there are none. */
  members(id: SetId, family: Family): string | undefined;
}

/** A set of some prefixes of one family; needs at least one. */
export function netsSet(nets: readonly Prefix[], family: Family): NamedSet {
  const elements = widestOnly(nets).map(formatPrefix).sort();
  return {
    name: listSet("nets", elements, family),
    key: [family === "ipv4" ? "ipv4_addr" : "ipv6_addr"],
    interval: true,
    elements,
  };
}

/** A set of some port ranges. */
export function portsSet(ranges: readonly PortRange[]): NamedSet {
  const elements = ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return { name: listSet("ports", elements), key: ["inet_service"], interval: true, elements };
}

/** The nets without those inside another: sets of ranges suffer no overlaps. */
export function widestOnly(nets: readonly Prefix[]): Prefix[] {
  return nets.filter((net, i) => !nets.some((other, j) => i !== j && hides(other, net, j < i)));
}

/** Whether `net` need not be listed beside `other`; of two equal ones the first stays. */
function hides(other: Prefix, net: Prefix, otherIsEarlier: boolean): boolean {
  return covers(other, net) && (other.length < net.length || otherIsEarlier);
}
