/** The types of ipset that we make: addresses and prefixes, (address, protocol and port), (prefix, interface). */
export type IpsetType = "hash:net" | "hash:ip,port" | "hash:net,iface";

/** One set of one family, without its members. */
export interface IpsetSpec {
  /** At most 31 octets (IPSET_MAXNAMELEN less its NUL). */
  readonly name: string;
  readonly type: IpsetType;
  readonly family: "inet" | "inet6";
  /** Most members (MaxIpsetSize). */
  readonly maxelem: number;
}

/**
 * A member as `ipset` writes it: `10.0.0.0/8`, `10.0.0.1`, `10.0.0.1,tcp:80`, `10.0.0.0/24,cali1`. A prefix of length 0 is
 * no member of a hash:net: it is told in halves.
 */
export type IpsetMember = string;

/** Sets as they should be: what whoever renders policies asks of whoever keeps the kernel's sets so. */
export interface Ipsets {
  /** The set should be there; its members are what `changeMembers` makes of them, none at first. */
  wantSet(spec: IpsetSpec): void;
  unwantSet(name: string): void;
  /** The set must be wanted. Order and repetition mean nothing. */
  changeMembers(set: string, add: Iterable<IpsetMember>, remove?: Iterable<IpsetMember>): void;
}
