import { writeJson } from "../datastore/json.ts";
import { CliError } from "./error.ts";
import type { Shell } from "./shell.ts";
import { writeYaml } from "./yaml.ts";

/** How a command says what it did: for people, or for programs. */
export type SaidForm = "ps" | "json" | "yaml";

/** What a command that prints one thing can be told. */
export interface SaidOptions {
  readonly output?: string;
}

/** The form a word means; nothing means for people. @throws CliError */
export function saidForm({ output }: SaidOptions): SaidForm {
  const form = (["ps", "json", "yaml"] as const).find((each) => each === (output ?? "ps"));
  if (!form) throw new CliError(`unrecognized output format '${output}'; ps, json or yaml would be right`);
  return form;
}

/** JSON in two columns of indentation, integers beyond 2^53 to the last digit. */
export function indentedJson(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? rawNumber(each) : each), 2);
  return `${text}\n`;
}

/** A number of any size as JSON writes it. */
function rawNumber(value: bigint): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return rawJSON(value.toString());
}

/** Prints a value in its form; `text` says it to people. */
export function say(shell: Shell, form: SaidForm, value: unknown, text: () => string): void {
  if (form === "ps") shell.print(text());
  else shell.print(form === "json" ? indentedJson(value) : writeYaml(JSON.parse(writeJson(value))));
}
