import { ipamPrefix } from "../datastore/ipam-key.ts";
import { parseJson } from "../datastore/json.ts";
import { root } from "../datastore/key.ts";
import type { Kind } from "../datastore/model/resource.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { canonicalPolicyName, isPolicyKind } from "../datastore/policy-name.ts";
import { objectName, parseResourcePath, type ResourceKey } from "../datastore/resource-key.ts";
import type { Entry } from "../datastore/store.ts";
import { asCalled } from "../datastore/stored-form.ts";
import { mustBeLocked } from "./cluster.ts";
import { CliError } from "./error.ts";
import { ipamKind, isOfKubernetes, migratedKinds } from "./migrate-order.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { writeYaml } from "./yaml.ts";

/** What `datastore migrate export` can be told. */
export interface ExportOptions extends StoreOptions {
  readonly all?: boolean;
}

/** An object as it is stored, fields that we do not know and its uid included, under the name people call it by. */
function exported(key: ResourceKey, { value }: Entry): Resource {
  const parsed = parseJson(value);
  if (!parsed.ok) throw new CliError(`${objectName(key)} cannot be read: ${parsed.why}`);
  const raw = parsed.value as Resource;
  const called = isPolicyKind(key.kind) ? asCalled(raw) : raw;
  if (hasWide(called)) {
    throw new CliError(
      `${objectName(key)} holds a number beyond 2^53, which YAML tools would change; \`datastore snapshot\` keeps it`,
    );
  }
  return called;
}

/** Whether there is an integer that other readers of YAML would round. */
function hasWide(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasWide);
}

/** The objects of a kind, by key; a policy that is stored under two names is one. */
function objectsOf(kind: Kind, entries: readonly Entry[]): readonly Resource[] {
  const found = new Map<string, Resource>();
  for (const entry of entries) {
    const key = parseResourcePath(entry.key);
    if (key?.kind !== kind || (isPolicyKind(kind) && isOfKubernetes(key.name))) continue;
    const name = isPolicyKind(kind) ? canonicalPolicyName(key.name) : key.name;
    const id = `${key.namespace ?? ""}/${name}`;
    if (!found.has(id) || name === key.name) found.set(id, exported(key, entry));
  }
  return [...found.values()];
}

function ipamText(entries: readonly Entry[]): string {
  const inside = entries.filter(({ key }) => key.startsWith(ipamPrefix));
  const values = Object.fromEntries(inside.map(({ key, value }) => [key, value]));
  return writeYaml({ apiVersion, kind: ipamKind, entries: values });
}

/**
 * `manxctl datastore migrate export`: the resources of a locked datastore as lists in Calico's order, then ClusterInformation,
 * then IPAM, each a document; everything of one revision.
 */
export async function migrateExport(shell: Shell, options: ExportOptions): Promise<void> {
  const { entries } = await withStore(shell, options, async (session) => {
    await mustBeLocked(session, "begin migration");
    return session.store.list(root);
  });
  const lists = migratedKinds(options.all ?? false).flatMap((kind) => {
    const items = objectsOf(kind, entries);
    return items.length === 0 ? [] : [writeYaml({ apiVersion, kind: `${kind}List`, items })];
  });
  const cluster = objectsOf("ClusterInformation", entries).map(writeYaml);
  shell.print([...lists, ...cluster, ipamText(entries)].join("---\n"));
}
