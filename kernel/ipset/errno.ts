import { errnoName } from "../errno.ts";

/** Error numbers of ipset beyond Linux's own that the driver acts on (IPSET_ERR_* in linux/netfilter/ipset/ip_set.h). */
export const ipsetErrno = {
  /** Rename or destroy of a set that a rule looks into. */
  BUSY: 4100,
  /** The set to swap with does not exist, or the new name is taken. */
  EXIST_SETNAME2: 4101,
  /** Sets of different type or family cannot be swapped. */
  TYPE_MISMATCH: 4102,
  /** The member is there already (add), or is not (delete). */
  EXIST: 4103,
  REFERENCED: 4108,
  /** The set is full; of hash:net,iface also: one prefix has 64 interfaces. */
  HASH_FULL: 4352,
} as const;

const sentences: ReadonlyMap<number, string> = new Map([
  [4097, "the kernel does not understand the request (IPSET_ERR_PROTOCOL)"],
  [4098, "the kernel has no such set type; is its module there? (IPSET_ERR_FIND_TYPE)"],
  [4099, "no more sets are possible (IPSET_ERR_MAX_SETS)"],
  [ipsetErrno.BUSY, "a rule still looks into it (IPSET_ERR_BUSY)"],
  [ipsetErrno.EXIST_SETNAME2, "the other set is missing, or the new name is taken (IPSET_ERR_EXIST_SETNAME2)"],
  [ipsetErrno.TYPE_MISMATCH, "the sets are of different type or family (IPSET_ERR_TYPE_MISMATCH)"],
  [ipsetErrno.EXIST, "it is there already, or is not there (IPSET_ERR_EXIST)"],
  [4104, "the prefix length is out of range (IPSET_ERR_INVALID_CIDR)"],
  [4106, "it is of the other address family (IPSET_ERR_INVALID_FAMILY)"],
  [ipsetErrno.REFERENCED, "a rule still looks into it (IPSET_ERR_REFERENCED)"],
  [ipsetErrno.HASH_FULL, "the set is full, or one prefix has more than 64 interfaces (IPSET_ERR_HASH_FULL)"],
]);

/** What an error number of ipset or of Linux means, for a person. */
export function ipsetErrorText(errno: number): string {
  return sentences.get(errno) ?? errnoName(errno);
}
