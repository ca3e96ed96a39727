import type { Expression } from "../../../kernel/nftables/expression.ts";

/** Sets some bits of the packet's mark. */
export function setMark(bits: number): Expression {
  return { kind: "set mark", keep: ~bits >>> 0, flip: bits };
}

/** Clears some bits of the packet's mark. */
export function clearMark(bits: number): Expression {
  return { kind: "set mark", keep: ~bits >>> 0, flip: 0 };
}

/** Holds when all these bits of the packet's mark are set. */
export function hasMark(bits: number): Expression {
  return { kind: "mark", mask: bits, value: bits };
}

/** Holds when none of these bits of the packet's mark is set. */
export function lacksMark(bits: number): Expression {
  return { kind: "mark", mask: bits, value: 0 };
}
