import * as z from "zod";
import type { FelixFieldName } from "../model/felix-fields.ts";
import type { Kind } from "../model/resource.ts";
import { schemas } from "../model/schemas.ts";
import { selectorLimit } from "../model/selector-text.ts";
import { ruleLimit, sideLimits } from "../rule-limits.ts";
import { longestSelector } from "../selector-fields.ts";
import { felixLegal } from "../written/felix-legal.ts";
import { wordsFor } from "./words.ts";

/** A node of a JSON Schema (draft 2020-12), as far as our schemas use it. */
export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  enum?: readonly unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  [more: string]: unknown;
}

/** A pattern for a word in any case, without flags that not every reader of patterns knows. */
function anyCase(word: string): string {
  return word.replace(/[a-zA-Z]/g, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}

/** What people may write in a field of a FelixConfiguration, which its schema, made for reading, does not say. */
function narrowed(name: string): Partial<JsonSchema> {
  const legal = felixLegal[name as FelixFieldName];
  switch (legal?.kind) {
    case "words":
      return legal.anyCase ? { pattern: `^(${legal.words.map(anyCase).join("|")})?$` } : { enum: [...legal.words, ""] };
    case "range":
      return { type: "integer", minimum: legal.min, maximum: legal.max };
    case "pattern":
      return { pattern: legal.pattern.source };
    default:
      return {};
  }
}

/** Schemas read longer lists and selectors than people may write; the form says what people may. */
function limited(kind: Kind, node: JsonSchema, name: string): void {
  if (node["maxLength"] === selectorLimit) node["maxLength"] = longestSelector;
  if (kind === "StagedKubernetesNetworkPolicy" || node.type !== "array") return;
  const most: number | undefined = ({ ...sideLimits, ingress: ruleLimit, egress: ruleLimit } as Record<string, number>)[
    name
  ];
  const isRuleList = name === "ingress" || name === "egress" || node["maxItems"] === 65536 || node["maxItems"] === 4096;
  if (most !== undefined && isRuleList) node["maxItems"] = most;
}

function describe(kind: Kind, node: JsonSchema, path: readonly string[]): void {
  const words = wordsFor(kind, path);
  if (words !== undefined) node.description = words;
  limited(kind, node, path.at(-1) ?? "");
  if (kind === "FelixConfiguration" && path.length === 2) Object.assign(node, narrowed(path[1] ?? ""));
  for (const [name, inner] of Object.entries(node.properties ?? {})) describe(kind, inner, [...path, name]);
  for (const branch of node.anyOf ?? []) describe(kind, branch, path);
  if (node.anyOf && node.description !== undefined) for (const branch of node.anyOf) delete branch.description;
  if (!node.items) return;
  describe(kind, node.items, path);
  delete node.items.description;
}

/**
 * The JSON Schema of a kind's objects as people write them, with a sentence for every field: for editors, documentation and
 * CRDs. It says what a field may hold; what fields say about each other only `validate` knows.
 */
export function jsonSchemaOf(kind: Kind): JsonSchema {
  const schema = z.toJSONSchema(schemas[kind], {
    io: "input",
    unrepresentable: "any",
    reused: "inline",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "bigint") jsonSchema.type = "integer";
    },
  }) as JsonSchema;
  describe(kind, schema, []);
  // An absent spec counts as an empty one.
  const specNeeds = schema.properties?.["spec"]?.["required"];
  const required = (schema["required"] as readonly string[]).filter((name) => name !== "spec" || specNeeds);
  return { ...schema, required, title: kind };
}

/** Every field of a schema, as `spec.ingress.source.nets`, with what is said of it. */
export function fieldsOf(
  node: JsonSchema,
  path: readonly string[] = [],
): readonly { readonly path: string; readonly words: string | undefined }[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, inner]) => {
    const at = [...path, name];
    return [{ path: at.join("."), words: inner.description }, ...fieldsOf(inner, at)];
  });
  const branches = (node.anyOf ?? []).flatMap((branch) => fieldsOf(branch, path));
  return [...own, ...branches, ...(node.items ? fieldsOf(node.items, path) : [])];
}
