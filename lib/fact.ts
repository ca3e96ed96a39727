/** How loud a fact is. error: the node cannot do its work; warn: it may soon not; info: an operator would narrate it. */
export type Level = "error" | "warn" | "info" | "debug";

/**
 * Something that happened, told by a core that neither logs nor counts. Each room has one union of these, discriminated
 * by `fact` (`room.what`), which is everything that room can ever say.
 */
export interface Fact {
  readonly fact: string;
}

/** Where a core tells its facts; the shell decides level, format and counter. */
export type Tell<F extends Fact> = (fact: F) => void;

/** A table that gives every fact of a union its level; a forgotten one does not compile. */
export type Levels<F extends Fact> = { readonly [Name in F["fact"]]: Level };

/** Tells nobody. */
export const untold: Tell<Fact> = () => {};
