import { unreachable } from "../../../lib/error.ts";
import { errno } from "../../errno.ts";
import { type Hook, samePlace } from "../chain.ts";
import { commentOf } from "../comment.ts";
import type { EncodedRule } from "../encoded-rule.ts";
import type { Verdict } from "../expression.ts";
import { keyOctets } from "../field-type.ts";
import { fieldTypeOf } from "../lower-lookup.ts";
import type { ChainState, Operation, SetState, TableState } from "../port.ts";
import { SimSet } from "./set.ts";

interface SimRule {
  readonly handle: number;
  readonly encoded: EncodedRule;
  packets: number;
  bytes: number;
}

interface SimChain {
  readonly hook: Hook | undefined;
  readonly rules: readonly SimRule[];
}

const EMLINK = 31;
/** NFT_JUMP_STACK_SIZE. */
const deepestJump = 16;

type Step = Exclude<Operation, { readonly kind: "new table" | "delete table" | "new rule" }>;

function chainsIn(verdict: Verdict): readonly string[] {
  return "chain" in verdict ? [verdict.chain] : [];
}

/** Chains that a rule leads to, and sets and maps it looks into. */
function references(rule: EncodedRule): { readonly chains: readonly string[]; readonly sets: readonly string[] } {
  const chains: string[] = [];
  const sets: string[] = [];
  for (const expression of rule.rule.expressions) {
    if (expression.kind === "jump" || expression.kind === "goto") chains.push(expression.chain);
    else if (expression.kind === "lookup") sets.push(expression.set);
    else if (expression.kind === "vmap") sets.push(expression.map);
  }
  return { chains, sets };
}

/** The content of a simulated table. Every step answers 0 or the error number that the kernel would give. */
export class SimTable {
  readonly #chains: Map<string, SimChain>;
  readonly #sets: Map<string, SimSet>;

  constructor(chains: ReadonlyMap<string, SimChain> = new Map(), sets: ReadonlyMap<string, SimSet> = new Map()) {
    this.#chains = new Map(chains);
    this.#sets = new Map([...sets].map(([name, set]) => [name, set.copy()]));
  }

  /** The same content, to be changed apart. Rules are shared: their counters belong to both. */
  copy(): SimTable {
    return new SimTable(this.#chains, this.#sets);
  }

  /** Does one step that is about chains, sets or elements. */
  apply(step: Step): number {
    switch (step.kind) {
      case "new chain":
        return this.#newChain(step.chain, step.hook);
      case "delete chain":
        return this.#deleteChain(step.chain);
      case "flush chain":
        return this.#setRules(step.chain, () => []);
      case "delete rule":
        return this.#deleteRule(step.chain, step.handle);
      case "new set":
        return this.#newSet(step.set.name, new SimSet(step.set));
      case "new map":
        return this.#newSet(step.map, new SimSet(undefined));
      case "delete set":
        return this.#deleteSet(step.set);
      case "new elements":
        return this.#sets.get(step.set.name)?.add(step.keys) ?? errno.ENOENT;
      case "delete elements":
        return this.#sets.get(step.set.name)?.remove(step.keys) ?? errno.ENOENT;
      case "new entries": {
        const targets = step.entries.flatMap(([, verdict]) => chainsIn(verdict));
        return this.#reachable(targets) || (this.#sets.get(step.map)?.addEntries(step.entries) ?? errno.ENOENT);
      }
      case "delete entries":
        return this.#sets.get(step.map)?.removeEntries(step.names) ?? errno.ENOENT;
      default:
        return unreachable(step);
    }
  }

  /** Adds a rule before another, or last. */
  addRule(chain: string, encoded: EncodedRule, handle: number, before: number | undefined): number {
    if (!this.#chains.has(chain)) return errno.ENOENT;
    const { chains, sets } = references(encoded);
    const bad = this.#reachable(chains);
    if (bad !== 0) return bad;
    for (const expression of encoded.rule.expressions) {
      if (expression.kind !== "lookup") continue;
      const set = this.#sets.get(expression.set);
      if (!set) return errno.ENOENT;
      const [first, ...rest] = expression.key.map((field) => fieldTypeOf[field]);
      if (!set.spec || keyOctets(set.spec.key) !== keyOctets([first!, ...rest])) return errno.EINVAL;
    }
    if (sets.some((name) => !this.#sets.has(name))) return errno.ENOENT;
    const rule = { handle, encoded, packets: 0, bytes: 0 };
    const rules = this.#chains.get(chain)!.rules;
    const at = before === undefined ? rules.length : rules.findIndex((other) => other.handle === before);
    if (at < 0) return errno.ENOENT;
    return this.#setRules(chain, () => rules.toSpliced(at, 0, rule));
  }

  /** What the kernel checks when all steps are done: chains must not lead into themselves nor nest too deep. */
  check(): number {
    const depth = new Map<string, number>();
    const visit = (name: string, path: ReadonlySet<string>): boolean => {
      if (path.has(name) || path.size >= deepestJump) return false;
      if ((depth.get(name) ?? -1) >= path.size) return true;
      depth.set(name, path.size);
      const below = new Set(path).add(name);
      return this.#successors(name).every((next) => visit(next, below));
    };
    for (const name of this.#chains.keys()) if (!visit(name, new Set())) return EMLINK;
    return 0;
  }

  /** Counts on every rule of a chain. */
  count(chain: string, packets: number, bytes: number): void {
    for (const rule of this.#chains.get(chain)?.rules ?? []) {
      rule.packets += packets;
      rule.bytes += bytes;
    }
  }

  /** The content as a dump shows it. */
  state(generation: number): TableState {
    const chains = new Map<string, ChainState>();
    for (const [name, { hook, rules }] of this.#chains) {
      const states = rules.map(({ handle, encoded, packets, bytes }) => ({
        handle,
        identity: encoded.identity,
        comment: encoded.rule.name === undefined ? "" : commentOf(encoded.rule.name),
        count: encoded.rule.expressions.some((x) => x.kind === "counter") ? { packets, bytes } : undefined,
      }));
      chains.set(name, { ...(hook && { hook }), rules: states });
    }
    const sets = new Map<string, SetState>([...this.#sets].map(([name, set]) => [name, set.state()]));
    return { generation, chains, sets };
  }

  /** ENOENT for a chain that is not there, EOPNOTSUPP for a base chain, which no rule may call. */
  #reachable(chains: readonly string[]): number {
    for (const name of chains) {
      const chain = this.#chains.get(name);
      if (!chain) return errno.ENOENT;
      if (chain.hook) return errno.EOPNOTSUPP;
    }
    return 0;
  }

  #successors(name: string): string[] {
    return this.#chains.get(name)!.rules.flatMap(({ encoded }) => {
      const { chains, sets } = references(encoded);
      const mapped = sets.flatMap((set) => this.#sets.get(set)!.verdicts().flatMap(chainsIn));
      return [...chains, ...mapped];
    });
  }

  #newChain(name: string, hook: Hook | undefined): number {
    const chain = this.#chains.get(name);
    if (chain && hook && !samePlace(chain.hook, hook)) return errno.EEXIST;
    this.#chains.set(name, { hook: hook ?? chain?.hook, rules: chain?.rules ?? [] });
    return 0;
  }

  #deleteChain(name: string): number {
    if (!this.#chains.has(name)) return errno.ENOENT;
    for (const [other, { rules }] of this.#chains) {
      if (other !== name && rules.some(({ encoded }) => references(encoded).chains.includes(name))) return errno.EBUSY;
    }
    for (const set of this.#sets.values())
      if (set.verdicts().some((v) => chainsIn(v).includes(name))) return errno.EBUSY;
    this.#chains.delete(name);
    return 0;
  }

  #newSet(name: string, set: SimSet): number {
    const there = this.#sets.get(name);
    if (there) return there.isLike(set) ? 0 : errno.EEXIST;
    this.#sets.set(name, set);
    return 0;
  }

  #deleteSet(name: string): number {
    if (!this.#sets.has(name)) return errno.ENOENT;
    for (const { rules } of this.#chains.values()) {
      if (rules.some(({ encoded }) => references(encoded).sets.includes(name))) return errno.EBUSY;
    }
    this.#sets.delete(name);
    return 0;
  }

  #deleteRule(chain: string, handle: number): number {
    if (!this.#chains.get(chain)?.rules.some((rule) => rule.handle === handle)) return errno.ENOENT;
    return this.#setRules(chain, (rules) => rules.filter((rule) => rule.handle !== handle));
  }

  #setRules(name: string, change: (rules: readonly SimRule[]) => readonly SimRule[]): number {
    const chain = this.#chains.get(name);
    if (!chain) return errno.ENOENT;
    this.#chains.set(name, { hook: chain.hook, rules: change(chain.rules) });
    return 0;
  }
}
