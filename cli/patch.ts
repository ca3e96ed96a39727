import { validate } from "../datastore/validate.ts";
import { BadInput, CliError, mistakeText } from "./error.ts";
import { checkSelector } from "./input.ts";
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
 * Calico's kinds, since none of their lists has merge keys.
 */
export async function patch(shell: Shell, word: string, name: string, options: PatchOptions): Promise<void> {
  const type = options.type ?? "strategic";
  if (type !== "strategic" && type !== "merge") {
    throw new CliError(`--type = '${type}'; strategic or merge would be right`);
  }
  if (options.patch === undefined) throw new CliError("failed to execute command: -p, --patch SPEC is wanted");
  const change = readDocuments(options.patch, "--patch")[0]?.value;
  const [key] = namedKeys(word, [name], options);
  await withStore(shell, options, async ({ client }) => {
    const before = await client.get(key!);
    const checked = validate(mergePatch(before, change), checkSelector);
    if (!checked.ok) throw new BadInput(checked.problems.map((problem) => mistakeText("--patch", problem)));
    shell.print(summary(verbs.patch, [key!], [await outcomeOf(client.update(checked.resource), {})]));
  });
}
