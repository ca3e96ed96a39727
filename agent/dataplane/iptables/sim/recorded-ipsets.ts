import type { IpsetMember, IpsetSpec, Ipsets } from "../../../../kernel/ipset/set.ts";
import { invariant } from "../../../../lib/error.ts";

/** One family's sets in memory; stricter than a driver in one thing: what is taken away must have been there. */
export class RecordedIpsets implements Ipsets {
  readonly sets = new Map<string, IpsetSpec>();
  readonly members = new Map<string, Set<IpsetMember>>();

  wantSet(spec: IpsetSpec): void {
    this.sets.set(spec.name, spec);
    if (!this.members.has(spec.name)) this.members.set(spec.name, new Set());
  }

  unwantSet(name: string): void {
    invariant(this.sets.delete(name), `set ${name} was taken away but not there`);
    this.members.delete(name);
  }

  changeMembers(set: string, add: Iterable<IpsetMember>, remove: Iterable<IpsetMember> = []): void {
    const members = this.members.get(set);
    invariant(members, `members were given to ${set}, which is not wanted`);
    for (const member of remove) invariant(members.delete(member), `${member} was taken from ${set} but not there`);
    for (const member of add) members.add(member);
  }
}
