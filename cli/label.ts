import type { Resource } from "../datastore/model/schemas.ts";
import { problemText } from "../datastore/problem.ts";
import { validate } from "../datastore/validate.ts";
import { BadInput, CliError } from "./error.ts";
import { checkSelector } from "./input.ts";
import { type NamespaceOptions, namedKeys } from "./named.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { labelsGiven } from "./workload.ts";

/** What `label` can be told. */
export interface LabelOptions extends NamespaceOptions, StoreOptions {
  readonly overwrite?: boolean;
  readonly remove?: boolean;
}

type Labels = Readonly<Record<string, string>>;

function removed(labels: Labels, key: string): Labels {
  if (!(key in labels)) throw new CliError(`the label ${key} is not there`);
  const { [key]: _gone, ...rest } = labels;
  return rest;
}

function added(labels: Labels, change: Labels, overwrite: boolean): Labels {
  const taken = Object.keys(change).find((key) => key in labels && labels[key] !== change[key]);
  if (taken !== undefined && !overwrite) {
    throw new CliError(`the label ${taken} is there already with value '${labels[taken]}'; --overwrite changes it`);
  }
  return { ...labels, ...change };
}

/** `manxctl label KIND NAME key=value` or `label KIND NAME key --remove`. */
export async function label(
  shell: Shell,
  word: string,
  name: string,
  text: string,
  options: LabelOptions,
): Promise<void> {
  const change = options.remove ? {} : labelsGiven([text]);
  const [key] = namedKeys(word, [name], options);
  await withStore(shell, options, async ({ client }) => {
    const before: Resource = await client.get(key!);
    const old = before.metadata.labels ?? {};
    const labels = options.remove ? removed(old, text) : added(old, change, options.overwrite ?? false);
    const checked = validate({ ...before, metadata: { ...before.metadata, labels } }, checkSelector);
    if (!checked.ok) throw new BadInput(checked.problems.map(problemText));
    await client.update(checked.resource);
    const what = options.remove ? `removed label ${text} from` : `set label ${text} on`;
    shell.print(`Successfully ${what} ${key!.kind} ${name}\n`);
  });
}
