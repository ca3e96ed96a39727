import { comment, type RuleText, rule } from "./table-text.ts";

/**
 * Leads packets to the chain of their interface. iptables has no look-up by interface, so interfaces that share their
 * next letter after what all share get a chain of their own: a packet passes some forty rules among 250 interfaces. What
 * matches none is dropped.
 */
export function dispatchChains(
  root: string,
  flag: "-i" | "-o",
  interfaces: readonly string[],
  chainOf: (interfaceName: string) => string,
): Map<string, RuleText[]> {
  const sorted = [...interfaces].sort();
  const shared = sharedPrefix(sorted);
  const groups = new Map<string, string[]>();
  for (const name of sorted) {
    const prefix = name.slice(0, shared + 1);
    groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
  }
  const unknown = rule(comment("no endpoint has this interface"), "-j DROP");
  const chains = new Map<string, RuleText[]>([[root, []]]);
  const leaf = (name: string) => `${flag} ${name} -g ${chainOf(name)}`;
  for (const [prefix, names] of groups) {
    const child = `${root}-${prefix.slice(-1)}`;
    if (names.length === 1) chains.get(root)!.push(leaf(names[0]!));
    else {
      chains.get(root)!.push(`${flag} ${prefix}+ -g ${child}`);
      chains.set(child, [...names.map(leaf), unknown]);
    }
  }
  chains.get(root)!.push(unknown);
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
