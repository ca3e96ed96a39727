import type { AttributeStore } from "../rib/attribute-store.ts";
import type { Filter } from "./filter.ts";
import { type FilterSubject, filterProgram, type Outcome } from "./program.ts";

/** What a filter makes of one route, without memory of any other: for tests and for questions, not for a loop. */
export function evaluate(filter: Filter, subject: FilterSubject, store: AttributeStore): Outcome {
  const prefix = subject.prefix();
  const program = filterProgram(filter, prefix.family);
  const bits = new Uint32Array(program.words);
  program.bitsOf(subject.set, store, bits, 0);
  return program.outcome(program.outcomeOf(bits, 0, subject.source, subject.peer ?? "", prefix));
}

/** Whether the outcome depends on more than the attribute set and the source. */
export function readsPrefix(filter: Filter): boolean {
  return filter.terms.some(({ match }) => (match.prefixes ?? match.notPrefixes ?? match.family) !== undefined);
}

/** The number of the outcome (`FilterProgram`) for one route, or -1 when `otherwise` decides alone. */
export function matchingTerm(filter: Filter, subject: FilterSubject, store: AttributeStore): number {
  const prefix = readsPrefix(filter) ? subject.prefix() : undefined;
  const program = filterProgram(filter, prefix?.family ?? "ipv4");
  const bits = new Uint32Array(program.words);
  program.bitsOf(subject.set, store, bits, 0);
  const number = program.outcomeOf(bits, 0, subject.source, subject.peer ?? "", prefix);
  return number === filter.terms.length ? -1 : number;
}
