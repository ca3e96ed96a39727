import type { CalicoVersion } from "./calico-version.ts";
import { type Decoded, decodeResource } from "./decode.ts";
import { ipamConfigOf, ipamConfigurationOf } from "./ipam-config-face.ts";
import { decodeIpamConfig } from "./ipam-decode.ts";
import { ipamConfigPath } from "./ipam-key.ts";
import { parseJson, writeJson } from "./json.ts";
import type { IPAMConfiguration } from "./model/ipam-configuration.ts";
import { defaultTier } from "./model/policy-spec.ts";
import { type Resource, schemas } from "./model/schemas.ts";
import { omitEmpty } from "./omit-empty.ts";
import {
  annotatePolicyName,
  isPolicyKind,
  metadataAnnotation,
  policyNameFromStore,
  policyNameToStore,
  storedPolicyNames,
} from "./policy-name.ts";
import { type ResourceKey, resourcePath } from "./resource-key.ts";
import type { Entry } from "./store.ts";
import { parseTolerantly } from "./tolerant.ts";
import { keepUnknown } from "./unknown-fields.ts";

/** Every path at which a resource may lie, the one that wins first; a policy has two spellings. */
export function possiblePaths(key: ResourceKey): readonly string[] {
  if (key.kind === "IPAMConfiguration") return [ipamConfigPath];
  if (!isPolicyKind(key.kind)) return [resourcePath(key)];
  return storedPolicyNames(key.name).map((name) => resourcePath({ ...key, name }));
}

/** The path at which a new resource is to lie; a policy's depends on the version of the cluster. */
export function pathToWrite(resource: Resource, version: CalicoVersion | undefined): string {
  const { name, namespace } = resource.metadata;
  const key = { kind: resource.kind, name, ...(namespace !== undefined && { namespace }) };
  if (!isPolicyKind(resource.kind)) return possiblePaths(key)[0]!;
  return resourcePath({ ...key, name: policyNameToStore(name, tierOf(resource), version) });
}

function tierOf(resource: Resource): string {
  return ("tier" in resource.spec && resource.spec.tier) || defaultTier;
}

/** A policy under the name that people call it by, without the annotation that keeps it. */
export function asCalled(resource: Resource): Resource {
  const { [metadataAnnotation]: _, ...annotations } = resource.metadata.annotations ?? {};
  const { annotations: all, ...metadata } = resource.metadata;
  const name = policyNameFromStore(metadata.name, all);
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ...resource, metadata: { ...metadata, name, ...kept } } as Resource;
}

/** A stored resource as clients see it: called by its proper name, `resourceVersion` filled in from the revision. */
export function fromStore(key: ResourceKey, entry: Entry): Decoded<Resource> {
  const decoded = decodeStored(key, entry.value);
  if (!decoded.ok) return decoded;
  const called = isPolicyKind(key.kind) ? asCalled(decoded.value) : decoded.value;
  const metadata = { ...called.metadata, resourceVersion: String(entry.revision) };
  return { ok: true, value: { ...called, metadata } as Resource };
}

function decodeStored(key: ResourceKey, text: string): Decoded<Resource> {
  if (key.kind !== "IPAMConfiguration") return decodeResource(key, text) as Decoded<Resource>;
  const config = decodeIpamConfig(text);
  return config.ok ? { ok: true, value: ipamConfigurationOf(config.value) } : config;
}

/**
 * The text to store for a resource at a path: without resourceVersion and what Go leaves out, a policy under its stored name,
 * and `annotated` with the other. Fields of `before`, the text that it replaces, that we do not understand are kept.
 */
export function toStore(resource: Resource, path: string, before?: string, annotated = true): string {
  if (resource.kind === "IPAMConfiguration") return configToStore(resource, before);
  const { resourceVersion: _, ...rest } = resource.metadata;
  const stored = { ...resource, metadata: isPolicyKind(resource.kind) ? asStored(rest, path, annotated) : rest };
  // Parsing puts the fields in Calico's order; what an endpoint read the fast way had beside them comes back from `before`.
  const parsed = parseTolerantly(schemas[resource.kind], omitEmpty(resource.kind, stored));
  if (!parsed.success) throw parsed.error;
  const ordered: unknown = parsed.data;
  if (before === undefined) return writeJson(ordered);
  const raw = parseJson(before);
  if (!raw.ok) return writeJson(ordered);
  const understood = parseTolerantly(schemas[resource.kind], raw.value);
  return writeJson(understood.success ? keepUnknown(raw.value, understood.data, ordered) : ordered);
}

function configToStore(resource: IPAMConfiguration, before: string | undefined): string {
  const next = ipamConfigOf(resource);
  const raw = before === undefined ? undefined : parseJson(before);
  const understood = before === undefined ? undefined : decodeIpamConfig(before);
  return writeJson(raw?.ok && understood?.ok ? keepUnknown(raw.value, understood.value, next) : next);
}

function asStored(metadata: Omit<Resource["metadata"], "resourceVersion">, path: string, annotated: boolean): object {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!annotated) return { ...metadata, name };
  return { ...metadata, name, annotations: annotatePolicyName(metadata.name, metadata.annotations) };
}
