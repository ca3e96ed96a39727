/**
 * The base of every error of this program: a stable `code` of the form `room/what`, facts that a program can read, and
 * a message that a person can act on. Never match on the message.
 */
export abstract class ManxError<Code extends string = string, Facts extends object = object> extends Error {
  readonly code: Code;
  readonly facts: Facts;

  constructor(code: Code, message: string, facts: Facts, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.facts = facts;
  }
}

/** Stops the process with a reason when one of our own invariants does not hold: a bug of ours, never bad input. */
export function invariant(holds: unknown, reason: string): asserts holds {
  if (!holds) throw new Error(`bug: ${reason}`);
}

/** For the end of a switch that handles every member of a union: does not compile when one is missing. */
export function unreachable(value: never): never {
  throw new Error(`bug: unexpected ${JSON.stringify(value)}`);
}
