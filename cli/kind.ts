import { type Kind, kindCalled, kindNames, kinds } from "../datastore/model/resource.ts";
import { nearest } from "../lib/nearest.ts";
import { CliError } from "./error.ts";

/** Every word that means a kind on the command line. */
const words = kindNames.flatMap((kind) => [kind, kinds[kind].plural, ...kinds[kind].aliases]);

/** What to say of a word that means no kind. */
export function unknownKind(word: string, candidates: readonly string[] = words): string {
  const near = nearest(word, candidates);
  return near
    ? `unknown kind '${word}'; '${near}' would be right`
    : `unknown kind '${word}'; one of ${kindNames.join(", ")} is wanted`;
}

/** The kind a word of the command line means: its name, plural or alias, in any case. @throws CliError */
export function kindOf(word: string): Kind {
  // calicoctl also knows the plurals of its aliases.
  const kind = kindCalled(word) ?? (word.endsWith("s") ? kindCalled(word.slice(0, -1)) : undefined);
  if (!kind) throw new CliError(`failed to execute command: ${unknownKind(word)}`);
  return kind;
}

/** What to say of a `kind:` in a file that is none; there only the full name counts. */
export function unknownKindInFile(word: string): string {
  return unknownKind(word, kindNames);
}
