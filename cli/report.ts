import type { Resource } from "../datastore/model/schemas.ts";
import { CliError } from "./error.ts";

/** A verb as calicoctl says it. */
export interface Verb {
  readonly plain: string;
  readonly past: string;
}

/** The verbs that change objects. */
export const verbs = {
  apply: { plain: "apply", past: "applied" },
  create: { plain: "create", past: "created" },
  replace: { plain: "replace", past: "replaced" },
  delete: { plain: "delete", past: "deleted" },
  patch: { plain: "patch", past: "patched" },
  label: { plain: "label", past: "labeled" },
  validate: { plain: "validate", past: "validated" },
} as const satisfies Record<string, Verb>;

/** What became of each object, in order; undefined stands for success. */
export type Outcomes = readonly (string | undefined)[];

/** `'IPPool' ` when all are of one kind, else nothing. */
function quotedKind(resources: readonly { readonly kind: Resource["kind"] }[]): string {
  const of = new Set(resources.map(({ kind }) => kind));
  return of.size === 1 ? `'${[...of][0]}' ` : "";
}

/**
 * What calicoctl says when a command over several objects has ended (commands/apply.go and its like).
 * @throws CliError when at least one failed, with what succeeded and why the others did not
 */
export function summary(
  verb: Verb,
  resources: readonly { readonly kind: Resource["kind"] }[],
  outcomes: Outcomes,
): string {
  const kind = quotedKind(resources);
  const reasons = outcomes.flatMap((outcome) => (outcome === undefined ? [] : [outcome]));
  const total = resources.length;
  const done = outcomes.length - reasons.length;
  if (reasons.length === 0) return `Successfully ${verb.past} ${total} ${kind}resource(s)\n`;
  if (done > 0) {
    throw new CliError(`Partial success: ${verb.past} the first ${done} out of ${total} ${kind}resources:`, reasons);
  }
  if (total === 1) throw new CliError(`failed to ${verb.plain} ${kind}resource: ${reasons[0]}`);
  throw new CliError(`failed to ${verb.plain} any ${kind}resources:`, reasons);
}
