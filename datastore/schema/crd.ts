import { apiVersion, type Kind, kinds } from "../model/resource.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

const [group, version] = apiVersion.split("/") as [string, string];
/** What a structural schema may say of a value, and we say. Source: Kubernetes apiextensions.k8s.io/v1. */
const kept = [
  "description",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "pattern",
  "enum",
] as const;

/** A schema of a union in Kubernetes' words: null becomes nullable, a number or a text int-or-string, texts one text. */
function ofUnion(branches: readonly JsonSchema[]): JsonSchema {
  const others = branches.filter(({ type }) => type !== "null");
  const nullable = others.length < branches.length ? { nullable: true } : {};
  const types = new Set(others.map(({ type }) => type));
  if (others.length === 1) return { ...structural(others[0]!), ...nullable };
  if (types.size > 1 && types.has("string")) return { "x-kubernetes-int-or-string": true, ...nullable };
  const [type = "string"] = types;
  return { type, ...nullable };
}

/** A schema as Kubernetes takes it: unions resolved, closed objects (unknown fields are pruned there), no foreign keywords. */
function structural(node: JsonSchema): JsonSchema {
  const words = node.description === undefined ? {} : { description: node.description };
  if (node.anyOf) return { ...words, ...ofUnion(node.anyOf) };
  const out: JsonSchema = node.type === undefined ? {} : { type: node.type };
  Object.assign(
    out,
    Object.fromEntries(kept.flatMap((name) => (node[name] === undefined ? [] : [[name, node[name]]]))),
  );
  if (node.const !== undefined) out.enum = [node.const];
  if (node.items) out.items = structural(node.items);
  if (node.type !== "object") return out;
  const fields = Object.entries(node.properties ?? {});
  const isFree = typeof node.additionalProperties === "object";
  if (fields.length === 0 && isFree) {
    const value = node.additionalProperties as JsonSchema;
    if (Object.keys(value).length === 0) out["x-kubernetes-preserve-unknown-fields"] = true;
    else out.additionalProperties = structural(value);
    return out;
  }
  if (isFree) out["x-kubernetes-preserve-unknown-fields"] = true;
  if (Array.isArray(node["required"]) && node["required"].length > 0) out["required"] = node["required"];
  if (fields.length > 0) out.properties = Object.fromEntries(fields.map(([name, inner]) => [name, structural(inner)]));
  return out;
}

/** The schema of the whole object; Kubernetes itself says what kind, apiVersion and metadata are. */
function root(kind: Kind): JsonSchema {
  const schema = structural(jsonSchemaOf(kind));
  const { spec, status } = schema.properties ?? {};
  const own = { kind: { type: "string" }, apiVersion: { type: "string" }, metadata: { type: "object" } };
  return {
    type: "object",
    ...(schema.description !== undefined && { description: schema.description }),
    properties: { ...own, ...(spec && { spec }), ...(status && { status }) },
  };
}

/** A CustomResourceDefinition of a kind, as `kubectl apply` takes it. */
export function crdOf(kind: Kind): object {
  const { plural, aliases, namespaced } = kinds[kind];
  const singular = kind.toLowerCase();
  const shortNames = aliases.length > 0 ? { shortNames: [...aliases] } : {};
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular, ...shortNames },
      scope: namespaced ? "Namespaced" : "Cluster",
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: root(kind) } }],
    },
  };
}
