import { type Chain, type Hook, samePlace } from "./chain.ts";
import { type EncodedRule, encodeRule, isMatch } from "./encoded-rule.ts";
import type { Expression } from "./expression.ts";
import type { ChainState, Operation, RuleState } from "./port.ts";
import { looksInto, type Rule } from "./rule.ts";
import type { TableFamily } from "./table.ts";
import type { Transaction } from "./transaction.ts";

interface WantedChain {
  readonly hook: Hook | undefined;
  readonly rules: readonly EncodedRule[];
}

/** A rule in the kernel; its handle is 0 until we have asked. */
interface ActualRule {
  readonly identity: string;
  readonly handle: number;
}

interface ActualChain {
  readonly hook: Hook | undefined;
  readonly rules: readonly ActualRule[];
}

/** How many rules at the start and at the end of a chain may stay as they are. */
function kept(wanted: readonly EncodedRule[], actual: readonly ActualRule[]): readonly [head: number, tail: number] {
  const most = Math.min(wanted.length, actual.length);
  let head = 0;
  while (head < most && wanted[head]!.identity === actual[head]!.identity) head++;
  let tail = 0;
  while (
    tail < most - head &&
    wanted[wanted.length - 1 - tail]!.identity === actual[actual.length - 1 - tail]!.identity
  ) {
    tail++;
  }
  return [head, tail];
}

function sameHook(x: Hook | undefined, y: Hook | undefined): boolean {
  return samePlace(x, y) && x?.policy === y?.policy;
}

function sameRules(x: readonly { identity: string }[], y: readonly { identity: string }[]): boolean {
  return x.length === y.length && x.every((rule, i) => rule.identity === y[i]!.identity);
}

/** Drops what met a rule's questions. */
function dropInstead(expressions: readonly Expression[], why: string): Rule {
  return { expressions: [...expressions.filter(isMatch), { kind: "counter" }, { kind: "drop" }], name: why };
}

function isLog({ kind }: Expression): boolean {
  return kind === "log";
}

function withoutLog({ expressions, ...rest }: Rule): Rule {
  return { ...rest, expressions: expressions.filter((each) => !isLog(each)) };
}

/** The chains we want against those the kernel has, rule by rule, and the steps between them. */
export class ChainDelta {
  readonly #family: TableFamily;
  readonly #wanted = new Map<string, WantedChain>();
  readonly #actual = new Map<string, ActualChain>();
  readonly #dirty = new Set<string>();
  /** Made ahead of what will lead to them: no packet comes there yet. */
  readonly #ahead = new Set<string>();
  /** What is wished of chains that the kernel does not take, while something else stands in for them: without logs, or a drop. */
  readonly #wishes = new Map<string, WantedChain & { readonly drops: boolean }>();
  /** Sets that the kernel does not take, and the names of the drops that stand in for chains that look into them. */
  readonly #lostSets = new Map<string, string>();
  readonly #rulesAtOnce: number;

  /** `rulesAtOnce`: how many rules of new chains may go into one transaction. */
  constructor(family: TableFamily, rulesAtOnce: number) {
    this.#family = family;
    this.#rulesAtOnce = rulesAtOnce;
  }

  /** This chain should be there. @throws InvalidRuleset when a rule cannot be said */
  want(chain: Chain): void {
    const rules = chain.rules.map((rule) => encodeRule(this.#family, rule));
    const wish = this.#wishes.get(chain.name);
    if (wish && sameHook(wish.hook, chain.hook) && sameRules(wish.rules, rules)) return;
    this.#wishes.delete(chain.name);
    this.#wanted.set(chain.name, { hook: chain.hook, rules });
    for (const [set, why] of this.#lostSets) this.#withoutSet(chain.name, set, why);
    this.#recheck(chain.name);
  }

  /** This chain should not be there. */
  unwant(name: string): void {
    this.#wanted.delete(name);
    this.#wishes.delete(name);
    this.#recheck(name);
  }

  /**
   * Some rules of this chain are never taken. Until it is wished otherwise they do without their logs, if they have some; else, or when
   * that is not taken either, one drop stands in for the chain; in a base chain, by which all packets of the host come, only for
   * those rules. Answers false when all of that has been tried already.
   */
  standIn(name: string, refused: readonly EncodedRule[], why: string): boolean {
    const wanted = this.#wanted.get(name);
    const before = this.#wishes.get(name);
    if (!wanted || before?.drops) return false;
    const { hook, rules } = before ?? wanted;
    const drops = before !== undefined || !refused.every(({ rule }) => rule.expressions.some(isLog));
    const isRefused = (rule: EncodedRule): boolean => refused.some(({ identity }) => identity === rule.identity);
    const instead = (rule: Rule): EncodedRule =>
      encodeRule(this.#family, drops ? dropInstead(rule.expressions, why) : withoutLog(rule));
    this.#wishes.set(name, { hook, rules, drops });
    this.#wanted.set(name, {
      hook,
      rules:
        drops && !hook
          ? [encodeRule(this.#family, dropInstead([], why))]
          : wanted.rules.map((each) => (isRefused(each) ? instead(each.rule) : each)),
    });
    this.#recheck(name);
    return true;
  }

  /** The set is not to be had: one drop stands in for every chain that looks into it; answers which these are. */
  loseSet(set: string, why: string): readonly string[] {
    this.#lostSets.set(set, why);
    return [...this.#wanted.keys()].filter((name) => this.#withoutSet(name, set, why));
  }

  /** The set can be spoken of again. */
  foundSet(set: string): void {
    this.#lostSets.delete(set);
  }

  /** Wants again what was wished of chains for which something stands in; answers whether there are any. */
  wantWishes(): boolean {
    const wishes = [...this.#wishes];
    this.#wishes.clear();
    this.#lostSets.clear();
    for (const [name, wish] of wishes) {
      this.#wanted.set(name, wish);
      this.#recheck(name);
    }
    return wishes.length > 0;
  }

  /** Whether anything stands in for any chain. */
  get isAnyDropped(): boolean {
    return this.#wishes.size > 0;
  }

  /** Whether a drop stands in for this chain, or for some rules of it, since the kernel does not take them. */
  isDropped(name: string): boolean {
    return this.#wishes.get(name)?.drops === true;
  }

  /** How many chains and rules are wanted. */
  get size(): { readonly chains: number; readonly rules: number } {
    let rules = 0;
    for (const chain of this.#wanted.values()) rules += chain.rules.length;
    return { chains: this.#wanted.size, rules };
  }

  /** Names of the wanted chains. */
  wantedNames(): IterableIterator<string> {
    return this.#wanted.keys();
  }

  /** Every wanted rule's name, with repetitions. */
  *ruleNames(): Generator<string> {
    for (const { rules } of this.#wanted.values()) {
      for (const { rule } of rules) if (rule.name !== undefined) yield rule.name;
    }
  }

  /** The kernel has exactly these chains. */
  sawAll(chains: ReadonlyMap<string, ChainState>): void {
    this.#actual.clear();
    this.#ahead.clear();
    for (const [name, { hook, rules }] of chains) this.#actual.set(name, { hook, rules });
    this.#dirty.clear();
    for (const name of [...this.#wanted.keys(), ...this.#actual.keys()]) this.#recheck(name);
  }

  /** The kernel has these rules in a chain; answers whether they are the ones we knew of. */
  sawRules(name: string, rules: readonly RuleState[]): boolean {
    const known = this.#actual.get(name);
    if (!known || known.rules.length !== rules.length) return false;
    if (rules.some((rule, i) => rule.identity !== known.rules[i]!.identity)) return false;
    this.#actual.set(name, { hook: known.hook, rules });
    return true;
  }

  /** Whether a chain would have to change into or out of a base chain: only a new table can do that. */
  needsRebuild(): boolean {
    for (const name of this.#dirty) if (this.#isStuck(name)) return true;
    return false;
  }

  /** Chains that can only be changed once their rules' handles are known. */
  needHandles(): string[] {
    return [...this.#dirty].filter((name) => {
      const wanted = this.#wanted.get(name);
      const actual = this.#actual.get(name);
      if (!wanted || !actual || !samePlace(wanted.hook, actual.hook)) return false;
      const [head, tail] = kept(wanted.rules, actual.rules);
      if (head + tail === 0) return false;
      const last = actual.rules.length - tail;
      return actual.rules.slice(head, tail > 0 ? last + 1 : last).some((rule) => rule.handle === 0);
    });
  }

  /** Whether new chains have so many rules that these should go ahead, in slices, of what leads to them. */
  isLarge(): boolean {
    let rules = 0;
    for (const name of this.#dirty) if (this.#isAhead(name)) rules += this.#wanted.get(name)!.rules.length;
    return rules > this.#rulesAtOnce;
  }

  /** Adds all new chains and the rules of some of them: nothing that a packet could meet. */
  planAhead(to: Transaction): void {
    let room = this.#rulesAtOnce;
    for (const name of [...this.#dirty].filter((each) => this.#isAhead(each))) {
      const wanted = this.#wanted.get(name)!;
      this.#ahead.add(name);
      if (room > 0) this.#change(to, name, wanted);
      else if (!this.#actual.has(name)) {
        to.add({ kind: "new chain", chain: name });
        to.whenCommitted(() => this.#saw(name, { hook: undefined, rules: [] }));
      }
      room -= wanted.rules.length;
    }
  }

  /** Adds the steps that are left to a transaction; chains that nobody wants go only with `deletes`. */
  plan(to: Transaction, deletes: boolean): void {
    this.#ahead.clear();
    for (const name of this.#dirty) {
      const wanted = this.#wanted.get(name);
      if (this.#isStuck(name)) continue;
      if (wanted) this.#change(to, name, wanted);
      else if (deletes) this.#drop(to, name);
    }
  }

  /** Work is left, of which some may have to wait for leave to delete. */
  isPending(deletes: boolean): boolean {
    if (deletes) return this.#dirty.size > 0;
    for (const name of this.#dirty) if (this.#wanted.has(name) && !this.#isStuck(name)) return true;
    return false;
  }

  /** Of a base chain only the rules about the set become drops, and go where they would have translated. */
  #withoutSet(name: string, set: string, why: string): boolean {
    const wanted = this.#wanted.get(name)!;
    const isLost = ({ rule }: EncodedRule): boolean => looksInto(rule, new Set([set]));
    if (!wanted.rules.some(isLost)) return false;
    const { hook, rules } = this.#wishes.get(name) ?? wanted;
    const drop = (rule: Rule): EncodedRule => {
      const others = rule.expressions.filter((each) => each.kind !== "lookup" || each.set !== set);
      return encodeRule(this.#family, dropInstead(others, why));
    };
    const instead = (each: EncodedRule): EncodedRule[] =>
      !isLost(each) ? [each] : hook?.type === "nat" ? [] : [drop(each.rule)];
    const standing = hook ? wanted.rules.flatMap(instead) : [drop({ expressions: [] })];
    this.#wishes.set(name, { hook, rules, drops: true });
    this.#wanted.set(name, { hook, rules: standing });
    this.#recheck(name);
    return true;
  }

  /** Whether a chain is wanted, no base chain, and new: nothing in the kernel can lead to it. */
  #isAhead(name: string): boolean {
    const wanted = this.#wanted.get(name);
    return wanted !== undefined && !wanted.hook && (this.#ahead.has(name) || !this.#actual.has(name));
  }

  #isStuck(name: string): boolean {
    const wanted = this.#wanted.get(name);
    const actual = this.#actual.get(name);
    return wanted !== undefined && actual !== undefined && (wanted.hook === undefined) !== (actual.hook === undefined);
  }

  #drop(to: Transaction, name: string): void {
    to.add({ kind: "flush chain", chain: name });
    to.add({ kind: "delete chain", chain: name });
    to.whenCommitted(() => this.#saw(name, undefined));
  }

  #change(to: Transaction, name: string, wanted: WantedChain): void {
    let actual = this.#actual.get(name);
    if (actual && !samePlace(wanted.hook, actual.hook)) {
      // A base chain moves by dying and being born in one transaction; no rule can refer to it.
      to.add({ kind: "flush chain", chain: name });
      to.add({ kind: "delete chain", chain: name });
      actual = undefined;
    }
    if (!actual || !sameHook(wanted.hook, actual.hook)) {
      to.add({ kind: "new chain", chain: name, ...(wanted.hook && { hook: wanted.hook }) });
    }
    const there = actual?.rules ?? [];
    const [head, tail] = kept(wanted.rules, there);
    const outgoing = there.slice(head, there.length - tail);
    if (head + tail === 0 && outgoing.length > 0) to.add({ kind: "flush chain", chain: name });
    else for (const { handle } of outgoing) to.add({ kind: "delete rule", chain: name, handle });
    const before = tail > 0 ? there[there.length - tail]!.handle : undefined;
    const incoming = wanted.rules.slice(head, wanted.rules.length - tail);
    const added = incoming.map((rule): readonly [EncodedRule, Operation] => [
      rule,
      to.add({ kind: "new rule", chain: name, rule, ...(before !== undefined && { before }) }),
    ]);
    to.whenCommitted((handleOf) => {
      const rules = [
        ...there.slice(0, head),
        ...added.map(([{ identity }, operation]) => ({ identity, handle: handleOf(operation) })),
        ...there.slice(there.length - tail),
      ];
      this.#saw(name, { hook: wanted.hook, rules });
    });
  }

  #saw(name: string, chain: ActualChain | undefined): void {
    if (chain) this.#actual.set(name, chain);
    else this.#actual.delete(name);
    this.#recheck(name);
  }

  #recheck(name: string): void {
    const wanted = this.#wanted.get(name);
    const actual = this.#actual.get(name);
    const same =
      wanted && actual
        ? sameHook(wanted.hook, actual.hook) && sameRules(wanted.rules, actual.rules)
        : wanted === actual;
    if (same) this.#dirty.delete(name);
    else this.#dirty.add(name);
  }
}
