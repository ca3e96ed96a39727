import type { Clock } from "../lib/clock.ts";
import type { Random } from "../lib/random.ts";
import { changeProblems, deletionProblems, poolProblems } from "./admission.ts";
import { type CalicoVersion, parseCalicoVersion } from "./calico-version.ts";
import { defaultAllowName, defaultAllowProfile } from "./default-allow-profile.ts";
import { withDefaults } from "./defaults.ts";
import { ResourceAbsent, ResourceExists, ResourceInvalid, UpdateConflict } from "./error.ts";
import { ipamConfigPath } from "./ipam-key.ts";
import type { Kind } from "./model/resource.ts";
import type { Resource, ResourceOf } from "./model/schemas.ts";
import { annotatesPolicies, canonicalPolicyName, isAnnotatedPolicy, isPolicyKind } from "./policy-name.ts";
import type { Problem } from "./problem.ts";
import { kindPrefix, objectName, parseResourcePath, type ResourceKey } from "./resource-key.ts";
import type { Compare, Entry, Revision, Store } from "./store.ts";
import { fromStore, pathToWrite, possiblePaths, toStore } from "./stored-form.ts";
import { formatTimestamp } from "./timestamp.ts";
import { randomUid } from "./uid.ts";

/** All resources of a kind at one revision, by name; what is malformed is left out and reported. */
export interface ResourceList<K extends Kind> {
  readonly resources: readonly ResourceOf<K>[];
  readonly problems: readonly Problem[];
  readonly revision: Revision;
}

/** How often `apply` starts again when others write the same object. */
const applyAttempts = 10;

/** Names the object that a resource is. */
export function keyOf(resource: Resource): ResourceKey {
  const { name, namespace } = resource.metadata;
  return { kind: resource.kind, name, ...(namespace !== undefined && { namespace }) };
}

/**
 * Resources with the semantics of Calico's client: creating is create-if-absent, updating compares `resourceVersion`, uid
 * and creationTimestamp are given at creation and never change. It takes validated resources (see `validate`); what only
 * the store can tell (overlapping pools, fields that may not change) is checked here. All methods fail with the Store's
 * errors too. Source: Calico libcalico-go/lib/clientv3, backend/etcdv3.
 */
export class ResourceClient {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(store: Store, clock: Clock, random: Random) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
  }

  /** @throws ResourceAbsent, ResourceInvalid when it is stored malformed. */
  async get<K extends Kind>(key: ResourceKey & { readonly kind: K }): Promise<ResourceOf<K>> {
    const found = await this.#locate(key);
    if (found) return found.resource as ResourceOf<K>;
    if (key.kind === "Profile" && key.name === defaultAllowName) return defaultAllowProfile as ResourceOf<K>;
    throw new ResourceAbsent(objectName(key));
  }

  /** A policy that is stored under both spellings is listed once. */
  async list<K extends Kind>(kind: K, namespace?: string): Promise<ResourceList<K>> {
    const prefix = kind === "IPAMConfiguration" ? ipamConfigPath : kindPrefix(kind, namespace);
    const { entries, revision } = await this.#store.list(prefix);
    const byName = new Map<string, Resource>();
    const problems: Problem[] = [];
    if (kind === "Profile") byName.set(defaultAllowName, defaultAllowProfile);
    for (const entry of entries) {
      const key = entry.key === ipamConfigPath ? ({ kind, name: "default" } as const) : parseResourcePath(entry.key);
      if (!key) continue;
      const decoded = fromStore(key, entry);
      if (!decoded.ok) problems.push(...decoded.problems);
      // The spelling without prefix is the newer one and wins; it is also the one that equals its canonical form.
      else if (!byName.has(identity(key)) || canonicalPolicyName(key.name) === key.name)
        byName.set(identity(key), decoded.value);
    }
    const sorted = [...byName].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, resource]) => resource);
    return { resources: sorted as unknown as ResourceOf<K>[], problems, revision };
  }

  /** @throws ResourceExists, ResourceInvalid. */
  async create<R extends Resource>(resource: R): Promise<R> {
    const key = keyOf(resource);
    if (resource.metadata.resourceVersion !== undefined)
      throw invalid(key, "metadata.resourceVersion", resource, "must not be set to create");
    await this.#admit(resource);
    const stamp = { uid: randomUid(this.#random), creationTimestamp: formatTimestamp(this.#clock.wall()) };
    const stamped = withDefaults({ ...resource, metadata: { ...resource.metadata, ...stamp } } as Resource);
    const version = await this.#versionFor(key.kind);
    const path = pathToWrite(stamped, version);
    const absent = possiblePaths(key).map((each): Compare => ({ key: each, revision: 0 }));
    const result = await this.#store.commit(
      absent,
      [{ key: path, value: toStore(stamped, path, undefined, annotatesPolicies(version)) }],
      [],
    );
    if (!result.committed) throw new ResourceExists(objectName(key));
    return versioned(stamped, result.revision) as R;
  }

  /** Replaces an object at the `resourceVersion` it carries. @throws ResourceAbsent, UpdateConflict, ResourceInvalid. */
  async update<R extends Resource>(resource: R): Promise<R> {
    const key = keyOf(resource);
    const { resourceVersion } = resource.metadata;
    if (resourceVersion === undefined) throw invalid(key, "metadata.resourceVersion", resource, "is wanted to update");
    const found = await this.#locate(key);
    if (!found) throw new ResourceAbsent(objectName(key));
    if (String(found.entry.revision) !== resourceVersion) throw new UpdateConflict(objectName(key), resourceVersion);
    const problems = changeProblems(found.resource, resource);
    if (problems.length > 0) throw new ResourceInvalid(problems);
    const { uid, creationTimestamp } = found.resource.metadata;
    const kept = { ...(uid !== undefined && { uid }), ...(creationTimestamp !== undefined && { creationTimestamp }) };
    const stamped = withDefaults({ ...resource, metadata: { ...resource.metadata, ...kept } } as Resource);
    const { key: path, value: before } = found.entry;
    const put = { key: path, value: toStore(stamped, path, before, isAnnotatedPolicy(before)) };
    const result = await this.#store.commit([at(found.entry)], [put], []);
    if (!result.committed) throw new UpdateConflict(objectName(key), resourceVersion);
    return versioned(stamped, result.revision) as R;
  }

  /** Creates or replaces, whichever it takes; compares `resourceVersion` only where one is given. */
  async apply<R extends Resource>(resource: R): Promise<{ readonly resource: R; readonly created: boolean }> {
    const key = keyOf(resource);
    const { resourceVersion: given, ...metadata } = resource.metadata;
    for (let attempt = 1; ; attempt++) {
      try {
        const found = await this.#locate(key);
        if (!found) return { resource: await this.create({ ...resource, metadata } as R), created: true };
        const resourceVersion = given ?? String(found.entry.revision);
        return {
          resource: await this.update({ ...resource, metadata: { ...metadata, resourceVersion } } as R),
          created: false,
        };
      } catch (error) {
        const raced =
          error instanceof ResourceExists || error instanceof ResourceAbsent || error instanceof UpdateConflict;
        if (!raced || given !== undefined || attempt === applyAttempts) throw error;
      }
    }
  }

  /** Deletes an object, at `resourceVersion` when one is given, and answers what it was. @throws ResourceAbsent, UpdateConflict, ResourceInvalid. */
  async delete<K extends Kind>(
    key: ResourceKey & { readonly kind: K },
    resourceVersion?: string,
  ): Promise<ResourceOf<K>> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.#locate(key);
      if (!found) throw new ResourceAbsent(objectName(key));
      if (resourceVersion !== undefined && String(found.entry.revision) !== resourceVersion) {
        throw new UpdateConflict(objectName(key), resourceVersion);
      }
      const problems = deletionProblems(found.resource, await this.#tiersInUse(key.kind));
      if (problems.length > 0) throw new ResourceInvalid(problems);
      const paths = [...new Set([found.entry.key, ...possiblePaths(key)])];
      const result = await this.#store.commit([at(found.entry)], [], paths);
      if (result.committed) return found.resource as ResourceOf<K>;
      if (resourceVersion !== undefined || attempt === applyAttempts) {
        throw new UpdateConflict(objectName(key), resourceVersion ?? String(found.entry.revision));
      }
    }
  }

  async #locate(key: ResourceKey): Promise<{ readonly entry: Entry; readonly resource: Resource } | undefined> {
    for (const path of possiblePaths(key)) {
      const entry = await this.#store.get(path);
      if (!entry) continue;
      const decoded = fromStore(key, entry);
      if (!decoded.ok) throw new ResourceInvalid(decoded.problems);
      return { entry, resource: decoded.value };
    }
    return undefined;
  }

  async #admit(resource: Resource): Promise<void> {
    if (resource.kind !== "IPPool") return;
    const problems = await poolProblems(resource, (await this.list("IPPool")).resources, this.#store);
    if (problems.length > 0) throw new ResourceInvalid(problems);
  }

  async #versionFor(kind: Kind): Promise<CalicoVersion | undefined> {
    if (!isPolicyKind(kind)) return undefined;
    const found = await this.#locate({ kind: "ClusterInformation", name: "default" });
    if (found?.resource.kind !== "ClusterInformation") return undefined;
    return parseCalicoVersion(found.resource.spec.calicoVersion ?? "");
  }

  async #tiersInUse(kind: Kind): Promise<ReadonlySet<string>> {
    if (kind !== "Tier") return new Set();
    const policies = [
      ...(await this.list("NetworkPolicy")).resources,
      ...(await this.list("GlobalNetworkPolicy")).resources,
    ];
    return new Set(policies.map((policy) => policy.spec.tier ?? "default"));
  }
}

function at(entry: Entry): Compare {
  return { key: entry.key, revision: entry.revision };
}

function versioned(resource: Resource, revision: Revision): Resource {
  return { ...resource, metadata: { ...resource.metadata, resourceVersion: String(revision) } } as Resource;
}

function identity(key: ResourceKey): string {
  const name = isPolicyKind(key.kind) ? canonicalPolicyName(key.name) : key.name;
  return key.namespace === undefined ? name : `${key.namespace}/${name}`;
}

function invalid(key: ResourceKey, field: string, resource: Resource, want: string): ResourceInvalid {
  return new ResourceInvalid([{ object: objectName(key), field, value: resource.metadata.resourceVersion, want }]);
}
