import { writeJson } from "../../datastore/json.ts";
import { CliError } from "../error.ts";
import { indentedJson } from "../said.ts";
import type { Shell } from "../shell.ts";
import { writeYaml } from "../yaml.ts";

/** How an answer is given: for people, or for programs. */
export type Form = "text" | "json" | "yaml";

/** The form that `-o` names. @throws CliError */
export function formOf(output: string | undefined): Form {
  const form = (["text", "json", "yaml"] as const).find((each) => each === (output ?? "text"));
  if (!form) throw new CliError(`unrecognized output format '${output}'; text, json or yaml would be right`);
  return form;
}

/** Prints an answer in its form; `text` says it to people. */
export function answer(shell: Shell, form: Form, value: unknown, text: () => string): void {
  if (form === "text") shell.print(text());
  else shell.print(form === "json" ? indentedJson(value) : writeYaml(JSON.parse(writeJson(value))));
}
