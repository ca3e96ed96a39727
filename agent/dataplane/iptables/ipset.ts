import type { Family } from "../../../net/family.ts";
import { memberFamily, type SetId, type SetKind, type SetMember } from "../../../policy/set.ts";
import { ipsetName } from "./names.ts";

/** The kinds of ipset there are: nets, (address, port) and (net, interface). */
export type IpsetType = "hash:net" | "hash:ip,port" | "hash:net,iface";

/** One set of one family as `ipset restore` reads it. */
export interface IpsetText {
  readonly name: string;
  readonly type: IpsetType;
  readonly family: "inet" | "inet6";
  /** In the order of their text. */
  readonly members: readonly string[];
}

/** The most members of a set (MaxIpsetSize). */
const MAX_MEMBERS = 1_048_576;

/** The type of a policy set. Addresses are nets always, so that no set must change its type, which none can. */
export function ipsetType(kind: SetKind): IpsetType {
  return kind === "port" ? "hash:ip,port" : "hash:net";
}

/** A set's members of one family. */
export function ipsetText(id: SetId, type: IpsetType, members: Iterable<SetMember>, family: Family): IpsetText {
  const mine = [...members].filter((member) => memberFamily(member) === family).flatMap(halves);
  return { name: ipsetName(id, family), type, family: family === "ipv4" ? "inet" : "inet6", members: mine.sort() };
}

/** Everything in the words of `ipset restore`: sets are created where they are missing, and filled. */
export function ipsetRestore(sets: readonly IpsetText[]): string {
  const lines = sets.flatMap(({ name, type, family, members }) => [
    `create ${name} ${type} family ${family} maxelem ${MAX_MEMBERS} -exist`,
    `flush ${name}`,
    ...members.map((member) => `add ${name} ${member} -exist`),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

/** hash:net holds no prefix of length 0, so that one is told in halves. */
function halves(member: SetMember): string[] {
  const slash = member.indexOf("/0");
  if (slash < 0 || (slash + 2 < member.length && member[slash + 2] !== ",")) return [member];
  const rest = member.slice(slash + 2);
  return member.includes(":") ? [`::/1${rest}`, `8000::/1${rest}`] : [`0.0.0.0/1${rest}`, `128.0.0.0/1${rest}`];
}
