import type { SavedRule } from "./port.ts";
import { identityOf, ourPrefix, stamped } from "./stamp.ts";
import type { Hook, HookChain } from "./table.ts";

/** A rule in one of the kernel's own chains: ours or somebody else's. */
export interface PlacedRule {
  /** Of our stamp; empty when it has none. */
  readonly identity: string;
  readonly ours: boolean;
  /** Its arguments, by which it is deleted: never by its number, which may be another's by then. */
  readonly text: string;
}

/** Our rules that one of the kernel's own chains should have. */
export interface WantedHooks {
  readonly first: readonly PlacedRule[];
  readonly last: readonly PlacedRule[];
}

/** No rules at all. */
export const noHooks: WantedHooks = { first: [], last: [] };

/** The hooks of one chain, in the order in which they were given. */
export function wantedHooks(hooks: readonly Hook[]): WantedHooks {
  const place = (where: Hook["place"]): PlacedRule[] =>
    hooks
      .filter((hook) => hook.place === where)
      .map(({ rule }) => ({ identity: identityOf(rule), ours: true, text: stamped(rule) }));
  return { first: place("first"), last: place("last") };
}

/** A rule that was found in one of the kernel's own chains. Ours bear a stamp or lead into a chain of ours. */
export function placedRule({ identity, target, text }: SavedRule): PlacedRule {
  return { identity, ours: identity !== "" || target.startsWith(ourPrefix), text };
}

/** Whether our rules stand where they should, and none beside them that must not. */
export function isInPlace(held: readonly PlacedRule[], wanted: WantedHooks, deletes: boolean): boolean {
  const { first, last } = wanted;
  if (held.length < first.length + last.length) return false;
  const behind = held.length - last.length;
  if (first.some(({ identity }, i) => held[i]!.identity !== identity)) return false;
  if (last.some(({ identity }, i) => held[behind + i]!.identity !== identity)) return false;
  return !held.slice(first.length, behind).some((rule) => isSurplus(rule, wanted, deletes));
}

/** Lines that put our rules into their places, and what the chain then holds. */
export function placeHooks(
  chain: HookChain,
  held: readonly PlacedRule[],
  wanted: WantedHooks,
  deletes: boolean,
): { readonly lines: readonly string[]; readonly held: readonly PlacedRule[] } {
  const { first, last } = wanted;
  const surplus = held.filter((rule) => isSurplus(rule, wanted, deletes));
  const lines = surplus.map(({ text }) => `-D ${chain} ${text}`);
  for (const [i, { text }] of first.entries()) lines.push(`-I ${chain} ${i + 1} ${text}`);
  for (const { text } of last) lines.push(`-A ${chain} ${text}`);
  return { lines, held: [...first, ...held.filter((rule) => !surplus.includes(rule)), ...last] };
}

/** Rules of ours that go from where they are: those that come back in their place, and, where we may delete, all others. */
function isSurplus({ identity, ours }: PlacedRule, { first, last }: WantedHooks, deletes: boolean): boolean {
  if (!ours) return false;
  return deletes || [...first, ...last].some((wanted) => wanted.identity === identity);
}
