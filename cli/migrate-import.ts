import { parseCalicoVersion } from "../datastore/calico-version.ts";
import { decodeResource } from "../datastore/decode.ts";
import { ipamPrefix, parseIpamPath } from "../datastore/ipam-key.ts";
import { writeJson } from "../datastore/json.ts";
import { root } from "../datastore/key.ts";
import { kindNames, kinds } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { annotatesPolicies } from "../datastore/policy-name.ts";
import { objectName, parseResourcePath } from "../datastore/resource-key.ts";
import type { Store } from "../datastore/store.ts";
import { pathToWrite, toStore } from "../datastore/stored-form.ts";
import { setLocked } from "./datastore-lock.ts";
import { BadInput, CliError, mistakeText } from "./error.ts";
import { unknownKindInFile } from "./kind.ts";
import { ipamKind } from "./migrate-order.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { type Step, stepsOf } from "./store-steps.ts";
import { type Document, readDocuments } from "./yaml.ts";

/** What `datastore migrate import` can be told. */
export interface ImportOptions extends StoreOptions, SaidOptions {
  readonly filename?: string;
}

/** What a file of a migration holds, checked. */
interface Migration {
  readonly resources: readonly Resource[];
  /** Keys and values to put, resources in the order of the file, then IPAM. */
  readonly puts: readonly { readonly key: string; readonly value: string }[];
  readonly clusterPut: { readonly key: string; readonly value: string } | undefined;
}

function kindOfDocument({ value }: Document): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
}

function ipamPuts({ where, value }: Document): readonly { readonly key: string; readonly value: string }[] {
  const { entries } = value as { readonly entries?: unknown };
  if (typeof entries !== "object" || entries === null) {
    if (entries === undefined) return [];
    throw new BadInput([
      `${where}: ${ipamKind}: entries = ${JSON.stringify(entries)}: keys with their values would be right`,
    ]);
  }
  const mistakes: string[] = [];
  const puts = Object.entries(entries).flatMap(([key, text]: [string, unknown]) => {
    if (typeof text === "string" && key.startsWith(ipamPrefix) && parseIpamPath(key)) return [{ key, value: text }];
    mistakes.push(`${where}: ${ipamKind}: entries[${JSON.stringify(key)}]: no key of IPAM with a text`);
    return [];
  });
  if (mistakes.length > 0) throw new BadInput(mistakes);
  return puts;
}

/** The octets to store: uid and time of creation stay, and so do fields that only a newer Calico knows. */
function stored(
  resource: Resource,
  raw: unknown,
  version: string | undefined,
): { readonly key: string; readonly value: string } {
  const calico = parseCalicoVersion(version ?? "");
  const key = pathToWrite(resource, calico);
  return { key, value: toStore(resource, key, writeJson(raw), annotatesPolicies(calico)) };
}

/** An object read as it would be read from a store: tolerant of what other versions of Calico write. */
function readObject({ where, value }: Document): Resource | readonly string[] {
  const word = kindOfDocument({ where, value });
  const kind = kindNames.find((each) => each === word);
  if (!kind)
    return [`${where}: ${typeof word === "string" ? unknownKindInFile(word) : "no kind: it is no object of Calico"}`];
  const { metadata } = value as {
    readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } | null;
  };
  const { name, namespace } = metadata ?? {};
  const isPart = (part: unknown): part is string => typeof part === "string" && part !== "" && !part.includes("/");
  if (!isPart(name)) return [`${where}: ${kind}: metadata.name = ${JSON.stringify(name)}: a name is wanted`];
  if (kinds[kind].namespaced && !isPart(namespace)) {
    return [`${where}: ${kind}(${name}): metadata.namespace = ${JSON.stringify(namespace)}: a namespace is wanted`];
  }
  const key = { kind, name, ...(isPart(namespace) && { namespace }) };
  const decoded = decodeResource(key, writeJson(value));
  if (!decoded.ok) return decoded.problems.map((problem) => mistakeText(where, problem));
  return decoded.value as Resource;
}

/** Reads and checks the whole file before anything is written. @throws BadInput */
function readMigration(text: string, file: string): Migration {
  const documents = readDocuments(text, file);
  const ipam = documents.filter((document) => kindOfDocument(document) === ipamKind);
  const objects = documents.filter((document) => kindOfDocument(document) !== ipamKind);
  const read = objects.map(readObject);
  const mistakes = read.flatMap((one) => ("kind" in one ? [] : one));
  if (mistakes.length > 0) throw new BadInput(mistakes);
  const placed = read.flatMap((resource) => ("kind" in resource ? [{ resource }] : []));
  const cluster = placed.find(({ resource }) => resource.kind === "ClusterInformation")?.resource;
  const version = cluster?.kind === "ClusterInformation" ? cluster.spec.calicoVersion : undefined;
  const puts = placed.map(({ resource }, i) => stored(resource, objects[i]!.value, version));
  const isCluster = ({ key }: { readonly key: string }): boolean =>
    parseResourcePath(key)?.kind === "ClusterInformation";
  return {
    resources: placed.flatMap(({ resource }) => (resource.kind === "ClusterInformation" ? [] : [resource])),
    puts: [...puts.filter((put) => !isCluster(put)), ...ipam.flatMap(ipamPuts)],
    clusterPut: puts.find(isCluster),
  };
}

/** What a store has that an import would mix with: everything but what the first agent or manxctl writes. */
async function mustBeEmpty({ store }: Session): Promise<void> {
  const { entries } = await store.list(root);
  const names = entries.flatMap(({ key }) => {
    const resource = parseResourcePath(key);
    const isFirst = resource?.name === "default" && ["ClusterInformation", "Tier"].includes(resource.kind);
    if (resource) return isFirst ? [] : [objectName(resource)];
    return key.startsWith(ipamPrefix) ? [key] : [];
  });
  if (names.length === 0) return;
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
  const way = "Delete them, or use `manxctl datastore restore --force`, which replaces everything.";
  throw new CliError(`Datastore already has Calico resources: ${shown}. Nothing was changed. ${way}`);
}

/** Writes in batches. @throws CliError that says what of it is there and what is not */
async function writeAll(store: Store, puts: Migration["puts"], revisions: ReadonlyMap<string, number>): Promise<void> {
  const steps = puts.map((put): Step => ({ ...put, revision: revisions.get(put.key) ?? 0 }));
  let done = 0;
  for (const step of stepsOf(steps)) {
    const result = await store.commit(step.compares, step.puts, step.deletes);
    if (!result.committed) {
      const key = result.found[0]?.key ?? step.puts[0]!.key;
      const text = `somebody else has written ${key} meanwhile; ${done} of ${steps.length} keys were imported`;
      throw new CliError(`Failed to import: ${text}. The datastore stays locked; empty it and import again.`);
    }
    done += step.puts.length;
  }
}

/**
 * `manxctl datastore migrate import -f FILE`: fills an empty datastore with what `migrate export` printed, ids and times of
 * creation included. The datastore is locked before the first write and stays so: `migrate unlock` starts the cluster.
 */
export async function migrateImport(shell: Shell, options: ImportOptions): Promise<void> {
  const { filename } = options;
  const form = saidForm(options);
  if (filename === undefined) throw new CliError("failed to execute command: -f, --filename FILE is wanted");
  const migration = readMigration(await shell.read(filename), filename);
  await withStore(shell, options, async (session) => {
    await mustBeEmpty(session);
    await setLocked(shell, session, true);
    const first = (await session.store.list(root)).entries;
    const revisions = new Map(first.map(({ key, revision }) => [key, revision]));
    const { puts, clusterPut } = migration;
    await writeAll(session.store, clusterPut ? [...puts, clusterPut] : puts, revisions);
    if (clusterPut) await setLocked(shell, session, true);
  });
  const resources = migration.resources.length;
  const ipamKeys = migration.puts.length - resources;
  const way = "It is locked: `manxctl datastore migrate unlock` starts it.";
  const text = `Successfully imported ${resources} resource(s) and ${ipamKeys} key(s) of IPAM.\n`;
  say(shell, form, { resources, ipamKeys }, () => `${text}Datastore information successfully imported. ${way}\n`);
}
