import type { ElementText, SetSpec as KernelSetSpec } from "../../../kernel/nftables/set.ts";
import type { Family } from "../../../net/family.ts";
import type { SetMember, SetSpec } from "../../../policy/set.ts";
import { memberSet, sourceSets } from "./names.ts";

/** The kernel's set of one family's members of a policy set. Single addresses make a hash set, prefixes an interval set. */
export function kernelSet({ id, kind }: SetSpec, family: Family): KernelSetSpec {
  const address = family === "ipv4" ? "ipv4_addr" : "ipv6_addr";
  const name = memberSet(id, kind, family);
  if (kind === "port") return { name, key: [address, "inet_proto", "inet_service"] };
  return kind === "net" ? { name, key: [address], interval: true } : { name, key: [address] };
}

/** A member as nft writes it: `10.0.0.1,tcp:80` becomes `10.0.0.1 . tcp . 80`. */
export function elementText(member: SetMember): ElementText {
  const comma = member.indexOf(",");
  if (comma < 0) return member;
  const colon = member.indexOf(":", comma);
  return `${member.slice(0, comma)} . ${member.slice(comma + 1, colon)} . ${member.slice(colon + 1)}`;
}

/** The sets of what interfaces may send from. */
export const sourceSetSpecs: readonly KernelSetSpec[] = [
  { name: sourceSets.own.ipv4, key: ["ifname", "ipv4_addr"] },
  { name: sourceSets.own.ipv6, key: ["ifname", "ipv6_addr"] },
  { name: sourceSets.spoofable.ipv4, key: ["ipv4_addr", "ifname"], interval: true },
  { name: sourceSets.spoofable.ipv6, key: ["ipv6_addr", "ifname"], interval: true },
];
