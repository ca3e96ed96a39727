import type { Decoded } from "./decode.ts";
import { parseJson } from "./json.ts";
import { type KubernetesKey, type KubernetesKind, kubernetesObjectName } from "./kubernetes-key.ts";
import { type KubernetesEndpointSlice, kubernetesEndpointSliceSchema } from "./model/kubernetes-endpoint-slice.ts";
import { type KubernetesService, kubernetesServiceSchema } from "./model/kubernetes-service.ts";
import { schemaProblems } from "./schema-problem.ts";

const schemas = {
  KubernetesService: kubernetesServiceSchema,
  KubernetesEndpointSlice: kubernetesEndpointSliceSchema,
} as const;

/** The object of a kind that the store keeps a copy of. */
export interface KubernetesObjects {
  readonly KubernetesService: KubernetesService;
  readonly KubernetesEndpointSlice: KubernetesEndpointSlice;
}

/**
 * The Kubernetes object that a value of the store holds, in Kubernetes' own JSON. `kind` and `apiVersion` may be absent, as
 * Go's clients leave them out, and so may the namespace, which stands in the key. What is malformed is answered with its
 * problems and must count as absent.
 */
export function decodeKubernetes<K extends KubernetesKind>(
  key: KubernetesKey & { readonly kind: K },
  text: string,
): Decoded<KubernetesObjects[K]>;
export function decodeKubernetes(key: KubernetesKey, text: string): Decoded<KubernetesObjects[KubernetesKind]> {
  const object = kubernetesObjectName(key);
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, problems: [{ object, field: "", value: undefined, want: parsed.why }] };
  const value = withNamespace(parsed.value, key.namespace);
  const result = schemas[key.kind].safeParse(value);
  if (result.success) return { ok: true, value: result.data as KubernetesObjects[KubernetesKind] };
  return { ok: false, problems: schemaProblems(result.error, object, value) };
}

function withNamespace(value: unknown, namespace: string): unknown {
  if (typeof value !== "object" || value === null || !("metadata" in value)) return value;
  const { metadata } = value;
  if (typeof metadata !== "object" || metadata === null || "namespace" in metadata) return value;
  return { ...value, metadata: { ...metadata, namespace } };
}
