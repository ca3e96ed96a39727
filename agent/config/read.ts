import { type Environment, environmentFields } from "./environment.ts";
import { type FelixSettings, felixFields } from "./felix.ts";
import type { Field } from "./field.ts";

/** A value that cannot be used: where it stands, what it is, what would be right. */
export interface ConfigProblem {
  readonly where: string;
  readonly value: string;
  readonly want: string;
}

/** One sentence for people. A password never gets here: any text is right for it. */
export function problemText(problem: ConfigProblem): string {
  return `${problem.where} = '${problem.value.slice(0, 100)}': ${problem.want} would be right`;
}

type Variables = Readonly<Record<string, string | undefined>>;
type Fields = Readonly<Record<string, Field<unknown>>>;

function lookup(
  field: Field<unknown>,
  variables: Variables,
): { readonly name: string; readonly value: string } | undefined {
  for (const name of field.names) {
    const value = variables[name];
    if (value !== undefined && value !== "") return { name, value };
  }
  return undefined;
}

function readFields(fields: Fields, variables: Variables, problems: ConfigProblem[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const given = lookup(field, variables);
    const value = given && field.read(given.value);
    if (given && value === undefined) problems.push({ where: given.name, value: given.value, want: field.want });
    out[key] = value ?? field.fallback;
  }
  return out;
}

/** What the environment says, and every mistake in it at once (those knobs then have their default). */
export function readEnvironment(variables: Variables): {
  readonly environment: Environment;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const environment = readFields(environmentFields, variables, problems) as unknown as Environment;
  if (environment.nodeName !== environment.nodeName.toLowerCase()) {
    return { environment: { ...environment, nodeName: environment.nodeName.toLowerCase() }, problems };
  }
  return { environment, problems };
}

/**
 * Felix's settings from their four sources. A wrong value in the environment or in a resource is a problem, and the next
 * lower source decides, so that a typing mistake never takes away what worked.
 */
export function felixSettings(
  variables: Variables,
  resources: readonly { readonly name: string; readonly spec: Readonly<Record<string, unknown>> }[],
): { readonly settings: FelixSettings; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(felixFields as Fields)) {
    out[key] = field.fallback;
    for (const { name, spec } of resources) {
      const given = spec[key];
      if (given === undefined || given === null) continue;
      const value = field.read(Array.isArray(given) ? given.join(",") : String(given));
      if (value === undefined)
        problems.push({ where: `FelixConfiguration(${name}): spec.${key}`, value: String(given), want: field.want });
      else out[key] = value;
    }
    const given = lookup(field, variables);
    const value = given && field.read(given.value);
    if (given && value === undefined) problems.push({ where: given.name, value: given.value, want: field.want });
    else if (value !== undefined) out[key] = value;
  }
  return { settings: out as unknown as FelixSettings, problems };
}
