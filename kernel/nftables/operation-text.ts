import { InvalidRuleset } from "./error.ts";
import type { Operation } from "./port.ts";

/** What an operation is about, in a few words, for messages; undefined is the transaction as a whole. */
export function describe(operation: Operation | undefined): string {
  if (!operation) return "transaction";
  if ("chain" in operation) {
    const name = operation.kind === "new rule" ? operation.rule.rule.name : undefined;
    return `${operation.kind} ${operation.chain}${name === undefined ? "" : ` (${name})`}`;
  }
  if ("map" in operation) return `${operation.kind} ${operation.map}`;
  if ("set" in operation) {
    return `${operation.kind} ${typeof operation.set === "string" ? operation.set : operation.set.name}`;
  }
  return operation.kind;
}

/** Refuses names that nft could not print or the kernel not keep. @throws InvalidRuleset */
export function validName(what: string, name: string): void {
  if (!/^[A-Za-z_.][A-Za-z0-9/_.-]{0,126}$/.test(name)) {
    throw new InvalidRuleset(what, name, "1 to 127 letters, digits or any of _ . / -, beginning with a letter, _ or .");
  }
}
