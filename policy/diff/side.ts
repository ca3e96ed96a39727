import type { Party } from "./addresses.ts";

/** Some on one side of a flow who are all alike: `members` without `except`, numbers of parties. */
export interface Side {
  /** Equal only for the same parties. */
  readonly key: string;
  readonly parties: readonly Party[];
  readonly members: readonly number[];
  readonly except?: ReadonlySet<number>;
}

/** How many there are. */
export function sizeOf({ members, except }: Side): number {
  return members.length - (except?.size ?? 0);
}

/** One by one, in the order of their addresses. */
export function* partiesOf({ parties, members, except }: Side): Generator<Party> {
  for (const member of members) if (!except?.has(member)) yield parties[member]!;
}

/** The first of them, who stands for all. */
export function sampleOf(side: Side): Party | undefined {
  for (const party of partiesOf(side)) return party;
  return undefined;
}

/** The name of the endpoint, or of what outside it stands for. */
export function nameOf({ endpoint, label }: Party): string {
  return endpoint ?? label ?? "";
}

/**
 * A side in the groups that an answer divides it into. `answers` holds those who answer otherwise than the rest: what it
 * costs is their number, not the side's.
 */
export function divided(side: Side, answers: ReadonlyMap<number, string>, isIn: (member: number) => boolean): Side[] {
  const groups = new Map<string, number[]>();
  let taken = 0;
  for (const [member, answer] of answers) {
    if (!isIn(member) || side.except?.has(member)) continue;
    taken++;
    const group = groups.get(answer);
    if (group) group.push(member);
    else groups.set(answer, [member]);
  }
  if (taken === 0) return [side];
  const { key, parties, members } = side;
  const parts = [...groups.values()].map((some) => {
    const sorted = some.sort((x, y) => x - y);
    return { key: `${key}+${digest(sorted)}`, parties, members: sorted };
  });
  if (taken === sizeOf(side)) return parts;
  const except = new Set([...(side.except ?? []), ...parts.flatMap((part) => part.members)]);
  return [...parts, { key: `${key}-${digest([...except].sort((x, y) => x - y))}`, parties, members, except }];
}

/** A text that is the same for the same numbers, and for others only by a chance of one in 2^60. */
function digest(numbers: readonly number[]): string {
  let [low, high] = [0x811c9dc5, 0x9e3779b9];
  for (const number of numbers) {
    low = Math.imul(low ^ number, 0x01000193);
    high = Math.imul(high + number, 0x85ebca6b) ^ (high >>> 15);
  }
  return `${numbers.length}.${(low >>> 0).toString(36)}.${(high >>> 0).toString(36)}`;
}
