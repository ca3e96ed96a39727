import { validate } from "../datastore/validate.ts";
import { BadInput, CliError, mistakeText } from "./error.ts";
import { checkSelector } from "./input.ts";
import { jsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { type NamespaceOptions, namedKeys } from "./named.ts";
import { summary, verbs } from "./report.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { outcomeOf } from "./write.ts";
import { readDocuments } from "./yaml.ts";

/** What `patch` can be told. */
export interface PatchOptions extends NamespaceOptions, StoreOptions {
  readonly patch?: string;
  readonly type?: string;
}

/**
 * `manxctl patch KIND NAME -p SPEC`: merges a piece of YAML or JSON into an object. `strategic` is the same as `merge` for
 * Calico's kinds, since none of their lists has merge keys; `json` does a list of operations (RFC 6902).
 */
export async function patch(shell: Shell, word: string, name: string, options: PatchOptions): Promise<void> {
  const type = options.type ?? "strategic";
  if (type !== "strategic" && type !== "merge" && type !== "json") {
    throw new CliError(`--type = '${type}'; strategic, merge or json would be right`);
  }
  if (options.patch === undefined) throw new CliError("failed to execute command: -p, --patch SPEC is wanted");
  const documents = readDocuments(options.patch, "--patch").map(({ value }) => value);
  // A list in YAML comes item by item, which is what a JSON patch is.
  const patched = (before: unknown): unknown =>
    type === "json" ? jsonPatch(before, documents) : mergePatch(before, documents[0]);
  const [key] = namedKeys(word, [name], options);
  await withStore(shell, options, async ({ client }) => {
    const before = await client.get(key!);
    const checked = validate(patched(before), checkSelector);
    if (!checked.ok) throw new BadInput(checked.problems.map((problem) => mistakeText("--patch", problem)));
    shell.print(summary(verbs.patch, [key!], [await outcomeOf(client.update(checked.resource), {})]));
  });
}
