import type { Selector } from "../selector/ast.ts";
import type { KeyId, LabelPairs, PairId } from "./label-pairs.ts";

/** The pair an object has for a label, own or inherited, or -1. */
export type PairOf = (key: KeyId) => PairId;

/** A selector made ready to be asked of many objects by numbers alone. */
export interface LabelTest {
  readonly holds: (pairOf: PairOf) => boolean;
  /** The labels it looks at. */
  readonly keys: readonly KeyId[];
  /** Gives back the numbers it holds; it must not be asked afterwards. */
  readonly release: () => void;
}

/** Compiles a selector; the test holds the numbers it compares with until released. */
export function labelTest(selector: Selector, pairs: LabelPairs): LabelTest {
  const labels: string[] = [];
  const values: PairId[] = [];
  const keys = new Set<KeyId>();
  const key = (label: string): KeyId => {
    labels.push(label);
    const id = pairs.acquireKey(label);
    keys.add(id);
    return id;
  };
  const pair = (label: string, value: string): PairId => {
    const id = pairs.acquire(label, value);
    values.push(id);
    return id;
  };
  const compile = (part: Selector): ((pairOf: PairOf) => boolean) => {
    switch (part.op) {
      case "all":
      case "global":
        return () => true;
      case "has": {
        const k = key(part.label);
        return (pairOf) => pairOf(k) >= 0;
      }
      case "eq":
      case "ne": {
        const k = key(part.label);
        const p = pair(part.label, part.value);
        return part.op === "eq" ? (pairOf) => pairOf(k) === p : (pairOf) => pairOf(k) !== p;
      }
      case "in":
      case "notIn": {
        const k = key(part.label);
        const wanted = new Set(part.values.map((value) => pair(part.label, value)));
        return part.op === "in" ? (pairOf) => wanted.has(pairOf(k)) : (pairOf) => !wanted.has(pairOf(k));
      }
      case "not": {
        const inner = compile(part.of);
        return (pairOf) => !inner(pairOf);
      }
      case "and":
      case "or": {
        const inner = part.of.map(compile);
        return part.op === "and"
          ? (pairOf) => inner.every((test) => test(pairOf))
          : (pairOf) => inner.some((test) => test(pairOf));
      }
      default:
        return textTest(part, key(part.label), pairs);
    }
  };
  const holds = compile(selector);
  const release = () => {
    for (const label of labels) pairs.releaseKey(label);
    for (const value of values) pairs.release(value);
  };
  return { holds, keys: [...keys], release };
}

function textTest(
  part: Extract<Selector, { op: "contains" | "startsWith" | "endsWith" | "eq" | "ne" }>,
  key: KeyId,
  pairs: LabelPairs,
): (pairOf: PairOf) => boolean {
  const { op, value } = part;
  return (pairOf) => {
    const found = pairOf(key);
    if (found < 0) return false;
    const text = pairs.valueOf(found);
    if (op === "contains") return text.includes(value);
    return op === "startsWith" ? text.startsWith(value) : text.endsWith(value);
  };
}
