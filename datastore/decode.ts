import { isPlainWorkloadEndpoint } from "./fast-workload-endpoint.ts";
import { parseJson } from "./json.ts";
import { type Kind, kinds } from "./model/resource.ts";
import { type ResourceOf, schemas } from "./model/schemas.ts";
import type { Problem } from "./problem.ts";
import { objectName, type ResourceKey } from "./resource-key.ts";
import { schemaProblems } from "./schema-problem.ts";
import { parseTolerantly } from "./tolerant.ts";

/** A value of the store understood, or why it counts as absent. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Plain JSON.parse for what cannot hold a wide integer and need not be looked at twice; undefined when it is no JSON. */
function parsePlain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function mismatch(key: ResourceKey, value: unknown): Problem | undefined {
  const object = objectName(key);
  const { kind } = value as { readonly kind?: unknown };
  if (kind === key.kind) return undefined;
  return { object, field: "kind", value: kind, want: `${key.kind} is wanted, after the key it is stored under` };
}

/**
 * The resource that a value of the store holds. Tolerant of what other versions of Calico write; names and selectors are
 * not checked. What is malformed is answered with its problems and must count as absent.
 */
export function decodeResource<K extends Kind>(
  key: ResourceKey & { readonly kind: K },
  text: string,
): Decoded<ResourceOf<K>>;
export function decodeResource(key: ResourceKey, text: string): Decoded<ResourceOf<Kind>> {
  if (key.kind === "WorkloadEndpoint" && text.length < 65536) {
    const plain = parsePlain(text);
    if (isPlainWorkloadEndpoint(plain)) return { ok: true, value: plain };
  }
  const object = objectName(key);
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, problems: [{ object, field: "", value: undefined, want: parsed.why }] };
  if (typeof parsed.value !== "object" || parsed.value === null) {
    return { ok: false, problems: [{ object, field: "", value: undefined, want: "an object is wanted" }] };
  }
  const wrong = mismatch(key, parsed.value);
  if (wrong) return { ok: false, problems: [wrong] };
  const result = parseTolerantly(schemas[key.kind], withNamespace(key, parsed.value));
  if (result.success) return { ok: true, value: result.data as ResourceOf<Kind> };
  return { ok: false, problems: schemaProblems(result.error, object, parsed.value) };
}

/** The namespace stands in the key as well; an object that does not repeat it is read all the same. */
function withNamespace(key: ResourceKey, value: object): object {
  const { metadata } = value as { readonly metadata?: unknown };
  if (!kinds[key.kind].namespaced || typeof metadata !== "object" || metadata === null) return value;
  return "namespace" in metadata ? value : { ...value, metadata: { ...metadata, namespace: key.namespace } };
}
