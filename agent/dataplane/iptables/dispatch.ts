import type { RuleText } from "../../../kernel/iptables/table.ts";

/** A tree of chains that leads packets to the rules of their interface. */
export interface DispatchTree {
  /** Name of its first chain; the others' names begin so. */
  readonly root: string;
  readonly flag: "-i" | "-o";
  /** By interface: what stands behind `-i name `, rule by rule. */
  readonly leaves: ReadonlyMap<string, readonly RuleText[]>;
  /** What befalls a packet of an interface that has no leaf. */
  readonly end: readonly RuleText[];
}

/**
 * The chains of a tree. iptables has no look-up by interface, so interfaces that share their next letter after what all share get
 * a chain of their own: a packet passes some thirty rules among 250 interfaces, and one more interface is one chain written anew.
 */
export function dispatchChains({ root, flag, leaves, end }: DispatchTree): Map<string, RuleText[]> {
  const sorted = [...leaves.keys()].sort();
  const shared = sharedPrefix(sorted);
  const groups = new Map<string, string[]>();
  for (const name of sorted) {
    const prefix = name.slice(0, shared + 1);
    const group = groups.get(prefix);
    if (group) group.push(name);
    else groups.set(prefix, [name]);
  }
  const chains = new Map<string, RuleText[]>([[root, []]]);
  const leaf = (name: string) => leaves.get(name)!.map((text) => `${flag} ${name} ${text}`);
  for (const [prefix, names] of groups) {
    const child = `${root}-${prefix.slice(-1)}`;
    if (names.length === 1) chains.get(root)!.push(...leaf(names[0]!));
    else {
      chains.get(root)!.push(`${flag} ${prefix}+ -g ${child}`);
      chains.set(child, [...names.flatMap(leaf), ...end]);
    }
  }
  chains.get(root)!.push(...end);
  return chains;
}

/** How many letters all names share. A name that is the start of another ends the sharing one letter before its end. */
function sharedPrefix(sorted: readonly string[]): number {
  const [first = "", last = ""] = [sorted[0], sorted.at(-1)];
  const most = sorted.reduce((least, name) => Math.min(least, name.length), first.length) - 1;
  let shared = 0;
  while (shared < most && first[shared] === last[shared]) shared++;
  return shared;
}
