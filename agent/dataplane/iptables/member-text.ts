import type { IpsetMember, IpsetSpec, IpsetType } from "../../../kernel/ipset/set.ts";
import { formatAddress } from "../../../net/address-text.ts";
import { addressBits, type Family } from "../../../net/family.ts";
import { masked, type Prefix } from "../../../net/prefix.ts";
import type { SetId, SetKind, SetMember } from "../../../policy/set.ts";
import { ipsetName } from "./names.ts";

/** The type of a policy set. Addresses are nets always, so that no set must change its type, which none can. */
export function ipsetType(kind: SetKind): IpsetType {
  return kind === "port" ? "hash:ip,port" : "hash:net";
}

/** The kernel's set of one family's members of a set; how many it may have is for `SizedIpsets` to say. */
export function ipsetSpec(id: SetId, type: IpsetType, family: Family): Omit<IpsetSpec, "maxelem"> {
  return { name: ipsetName(id, family), type, family: family === "ipv4" ? "inet" : "inet6" };
}

/** A member of a policy set as ipset takes it: hash:net holds no prefix of length 0, so that one is told in halves. */
export function memberTexts(member: SetMember): readonly IpsetMember[] {
  return member.endsWith("/0") ? halves(member.includes(":")) : [member];
}

/** Some prefixes of a rule, in the order of their text, none twice. */
export function netTexts(nets: readonly Prefix[]): IpsetMember[] {
  return [...new Set(nets.flatMap(prefixTexts))].sort();
}

/** A prefix as ipset writes it: host bits cleared, a host's length left out. */
export function prefixTexts(prefix: Prefix): readonly IpsetMember[] {
  if (prefix.length === 0) return halves(prefix.family === "ipv6");
  const address = formatAddress(masked(prefix));
  return [prefix.length === addressBits[prefix.family] ? address : `${address}/${prefix.length}`];
}

function halves(isSix: boolean): readonly IpsetMember[] {
  return isSix ? ["::/1", "8000::/1"] : ["0.0.0.0/1", "128.0.0.0/1"];
}
