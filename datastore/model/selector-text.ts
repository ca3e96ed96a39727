import * as z from "zod";

/** Longest selector that is read at all, in characters; Calico's own limit for what people write is 1,024. */
export const selectorLimit = 65536;

/**
 * A selector as text. Its grammar is `policy/selector`'s affair; who validates passes a `CheckSelector`. Only the length
 * is bounded here.
 */
export const selectorTextSchema = z.string().max(selectorLimit);

/** Says what is wrong with a selector, or undefined when it parses. The port through which `policy/selector` is reached. */
export type CheckSelector = (text: string) => string | undefined;
