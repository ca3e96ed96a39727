import { ResourceAbsent } from "../datastore/error.ts";
import type { Kind } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { problemText } from "../datastore/problem.ts";
import { keyOf, type ResourceClient } from "../datastore/resource-client.ts";
import type { ResourceKey } from "../datastore/resource-key.ts";
import type { TableContext } from "./columns.ts";
import { CliError } from "./error.ts";
import { asText } from "./go-format.ts";
import { type InputOptions, resourcesOf } from "./input.ts";
import { kindOf } from "./kind.ts";
import { type NamespaceOptions, namedKeys, namespaceFor } from "./named.ts";
import { formatGotten, type Gotten, type OutputForm, outputForm } from "./output.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `get` can be told. */
export interface GetOptions extends InputOptions, NamespaceOptions, StoreOptions {
  readonly namespace?: string;
  readonly output?: string;
  readonly export?: boolean;
}

/** `manxctl get KIND [NAME…]` or `get -f FILE`: prints objects. Malformed ones are named on standard error. */
export async function get(
  shell: Shell,
  word: string | undefined,
  names: readonly string[],
  options: GetOptions,
): Promise<void> {
  const form = await formOf(shell, options.output ?? "ps");
  const wanted = await wantedOf(shell, word, names, options);
  await withStore(shell, options, async ({ client }) => {
    const failures: string[] = [];
    const gotten = Array.isArray(wanted)
      ? await getNamed(client, wanted, failures)
      : [await getAll(shell, client, wanted as Kind, namespaceFor(wanted as Kind, options))];
    const shown = options.export ? gotten.map(exported) : gotten;
    const context = await tableContext(client, shown, form);
    if (shown.some(({ resources, listedAt }) => resources.length > 0 || listedAt !== undefined)) {
      shell.print(formatGotten(shown, form, options.allNamespaces ?? false, context));
    }
    if (failures.length > 0) throw new CliError(`failed to get resources: ${failures.join("\n")}`);
  });
}

/** The form a word means; the template of a file is read. */
async function formOf(shell: Shell, word: string): Promise<OutputForm> {
  const form = outputForm(word);
  return form.kind === "go-template-file" ? { kind: form.kind, text: await shell.read(form.text) } : form;
}

async function wantedOf(
  shell: Shell,
  word: string | undefined,
  names: readonly string[],
  options: GetOptions,
): Promise<Kind | readonly ResourceKey[]> {
  if (word === undefined) return (await resourcesOf(shell, options)).map(({ resource }) => keyOf(resource));
  return names.length === 0 ? kindOf(word) : namedKeys(word, names, options);
}

async function getNamed(
  client: ResourceClient,
  keys: readonly ResourceKey[],
  failures: string[],
): Promise<readonly Gotten[]> {
  const byKind = new Map<Kind, Resource[]>();
  for (const key of keys) {
    try {
      const found: Resource = await client.get(key);
      byKind.set(key.kind, [...(byKind.get(key.kind) ?? []), found]);
    } catch (error) {
      if (!(error instanceof ResourceAbsent)) throw error;
      failures.push(error.message);
    }
  }
  return [...byKind].map(([kind, resources]) => ({ kind, resources, listedAt: undefined }));
}

async function getAll(
  shell: Shell,
  client: ResourceClient,
  kind: Kind,
  namespace: string | undefined,
): Promise<Gotten> {
  const { resources, problems, revision } = await client.list(kind, namespace);
  for (const problem of problems) shell.complain(`left out, malformed: ${problemText(problem)}\n`);
  return { kind, resources: resources as readonly Resource[], listedAt: revision };
}

/** What only this cluster gave an object is left away, so that another one can take it. */
function exported(gotten: Gotten): Gotten {
  if (gotten.listedAt !== undefined) return gotten;
  const resources = gotten.resources.map((resource): Resource => {
    const { namespace: _n, uid: _u, resourceVersion: _r, creationTimestamp: _c, ...metadata } = resource.metadata;
    return { ...resource, metadata } as Resource;
  });
  return { ...gotten, resources };
}

async function tableContext(
  client: ResourceClient,
  gotten: readonly Gotten[],
  { kind: form }: OutputForm,
): Promise<TableContext> {
  const fallback = "64512";
  const isTold = form === "wide" || form === "custom-columns" || form.startsWith("go-template");
  if (!isTold || !gotten.some(({ kind }) => kind === "Node")) return { defaultAsn: fallback };
  try {
    const { spec } = await client.get({ kind: "BGPConfiguration", name: "default" });
    return { defaultAsn: spec.asNumber === undefined ? fallback : asText(spec.asNumber) };
  } catch (error) {
    if (!(error instanceof ResourceAbsent)) throw error;
    return { defaultAsn: fallback };
  }
}
