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

/** Variables of the environment, or of a file that speaks as the environment does. */
export type Variables = Readonly<Record<string, string | undefined>>;
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

/**
 * The value of a variable in the strongest layer that gives one; layers are the configuration file and the environment, weakest first.
 */
export function variableIn(layers: readonly Variables[], name: string): string | undefined {
  for (const layer of [...layers].reverse()) if (layer[name]) return layer[name];
  return undefined;
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

/** A FelixConfiguration, as far as its settings go. */
export interface FelixSource {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

function spelled(field: Field<unknown>, given: unknown): string {
  if (field.spell) return field.spell(given);
  return Array.isArray(given) ? given.join(",") : String(given);
}

/** What each source says of a knob, weakest first: where it stands, and the text. */
function* sayings(
  key: string,
  field: Field<unknown>,
  layers: readonly Variables[],
  resources: readonly FelixSource[],
): Generator<{ readonly where: string; readonly value: string }> {
  for (const { name, spec } of resources) {
    const given = spec[key];
    if (given === undefined || given === null) continue;
    yield { where: `FelixConfiguration(${name}): spec.${key}`, value: spelled(field, given) };
  }
  for (const variables of layers) {
    const given = lookup(field, variables);
    if (given) yield { where: given.name, value: given.value };
  }
}

/**
 * Felix's settings from their sources: resources, weakest first, then layers of variables (the configuration file, the environment),
 * weakest first. A wrong value is a problem, and the next lower source decides, so that a typing mistake never takes away what worked.
 */
export function felixSettings(
  layers: readonly Variables[],
  resources: readonly FelixSource[],
): { readonly settings: FelixSettings; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(felixFields as Fields)) {
    out[key] = field.fallback;
    for (const { where, value } of sayings(key, field, layers, resources)) {
      const read = field.read(value);
      if (read === undefined) problems.push({ where, value, want: field.want });
      else out[key] = read;
    }
  }
  return { settings: out as unknown as FelixSettings, problems };
}
