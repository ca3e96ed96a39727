import type { CompareOp, Selector } from "../selector/ast.ts";
import { type AskedItem, LabelMemo } from "./label-memo.ts";
import type { KeyId, LabelPairs, PairId } from "./label-pairs.ts";

/** A selector made ready to be asked of many objects by numbers alone. */
export interface LabelTest {
  readonly holds: (item: AskedItem) => boolean;
  /** The labels it looks at. */
  readonly keys: readonly KeyId[];
  /** Gives back the numbers it holds; it must not be asked afterwards. */
  readonly release: () => void;
}

type Holds = (item: AskedItem) => boolean;

/** From so many terms on, answers are remembered: looking an item over costs about as much as so many terms. */
const MANY_TERMS = 32;

/** Compiles a selector; the test holds the numbers it compares with until released. */
export function labelTest(selector: Selector, pairs: LabelPairs): LabelTest {
  const compiler = new Compiler(pairs);
  const holds = compiler.compile(selector);
  const { memo, terms, keys } = compiler;
  return {
    holds: terms < MANY_TERMS ? holds : (item) => memo.answer(item, holds),
    keys: [...keys],
    release: () => compiler.release(),
  };
}

/** Makes closures of a selector, and holds every number that it meets. */
class Compiler {
  readonly keys = new Set<KeyId>();
  readonly memo: LabelMemo;
  terms = 0;
  readonly #pairs: LabelPairs;
  readonly #labels: string[] = [];
  readonly #values: PairId[] = [];

  constructor(pairs: LabelPairs) {
    this.#pairs = pairs;
    this.memo = new LabelMemo(pairs);
  }

  compile(part: Selector): Holds {
    switch (part.op) {
      case "all":
      case "global":
        return () => true;
      case "has": {
        const key = this.#key(part.label);
        this.memo.asksPresence(key);
        return (item) => item.find(key) >= 0;
      }
      case "eq":
      case "ne": {
        const key = this.#key(part.label);
        const pair = this.#pair(part.label, key, part.value);
        return part.op === "eq" ? (item) => item.find(key) === pair : (item) => item.find(key) !== pair;
      }
      case "in":
      case "notIn": {
        const key = this.#key(part.label);
        const wanted = new Set(part.values.map((value) => this.#pair(part.label, key, value)));
        return part.op === "in" ? (item) => wanted.has(item.find(key)) : (item) => !wanted.has(item.find(key));
      }
      case "not": {
        const inner = this.compile(part.of);
        return (item) => !inner(item);
      }
      case "and":
      case "or": {
        const inner = part.of.map((each) => this.compile(each));
        return part.op === "and"
          ? (item) => inner.every((test) => test(item))
          : (item) => inner.some((test) => test(item));
      }
      default:
        return this.#textTest(part);
    }
  }

  release(): void {
    for (const label of this.#labels) this.#pairs.releaseKey(label);
    for (const value of this.#values) this.#pairs.release(value);
  }

  #textTest({ op, label, value }: Extract<Selector, { readonly op: CompareOp }>): Holds {
    const key = this.#key(label);
    const pairs = this.#pairs;
    this.memo.readsText(key);
    return (item) => {
      const found = item.find(key);
      if (found < 0) return false;
      const text = pairs.valueOf(found);
      if (op === "contains") return text.includes(value);
      return op === "startsWith" ? text.startsWith(value) : text.endsWith(value);
    };
  }

  #key(label: string): KeyId {
    this.terms++;
    this.#labels.push(label);
    const id = this.#pairs.acquireKey(label);
    this.keys.add(id);
    return id;
  }

  #pair(label: string, key: KeyId, value: string): PairId {
    const id = this.#pairs.acquire(label, value);
    this.#values.push(id);
    this.memo.compares(key, id);
    return id;
  }
}
