import { mergedRanges } from "../../policy/compile/side.ts";
import type { Match, SideMatch } from "../../policy/rule.ts";

const sides = ["source", "destination"] as const;

/**
 * The same match as several that no packet meets two of. A firewall writes a rule once for numbered ports and once for each named
 * one; where a rule decides, the first that is met ends it, but one that only logs would do so twice.
 */
export function metOnce(match: Match): readonly Match[] {
  let matches: readonly Match[] = [match];
  for (const side of sides) {
    matches = matches.flatMap((one) => {
      const asked = one[side];
      return asked ? apart(asked).map((part) => ({ ...one, [side]: part })) : [one];
    });
  }
  return matches;
}

/** Numbered ports; then each named port where none before it holds. */
function apart(side: SideMatch): readonly SideMatch[] {
  const { ports, namedPorts = [], ...rest } = side;
  if (namedPorts.length + (ports ? 1 : 0) < 2) return [side];
  const others = ports ? { notPorts: mergedRanges([...(side.notPorts ?? []), ...ports]) } : {};
  const named = namedPorts.map((set, at) => {
    const before = [...(side.notNamedPorts ?? []), ...namedPorts.slice(0, at)];
    return { ...rest, ...others, namedPorts: [set], ...(before.length > 0 && { notNamedPorts: before }) };
  });
  return ports ? [{ ...rest, ports }, ...named] : named;
}
