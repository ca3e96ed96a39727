import * as z from "zod";

/** Longest selector that Calico accepts in a field of a policy. */
export const selectorLimit = 1024;

/**
 * A selector as text. Its grammar is `policy/selector`'s affair; who validates passes a `CheckSelector`. Only the length
 * is bounded here.
 */
export const selectorTextSchema = z.string().max(selectorLimit);

/** Says what is wrong with a selector, or undefined when it parses. The port through which `policy/selector` is reached. */
export type CheckSelector = (text: string) => string | undefined;
