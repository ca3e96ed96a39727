import assert from "node:assert/strict";
import { kindNames, kinds } from "../model/resource.ts";
import { crdOf } from "./crd.ts";
import { fieldsOf, type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { wordsFor } from "./words.ts";

function at(schema: JsonSchema, path: string): JsonSchema {
  return path.split(".").reduce((node, name) => (node.properties ?? node.items?.properties)?.[name] ?? {}, schema);
}

/** What a structural schema may not have (Kubernetes apiextensions.k8s.io/v1). */
function unstructured(node: JsonSchema, path: string): readonly string[] {
  const typed = node.type !== undefined || node["x-kubernetes-int-or-string"] === true;
  const wrong = ["anyOf", "const", "$schema", "propertyNames", "title", "$ref"].filter((name) => name in node);
  if (!typed) wrong.push("no type");
  if (node.properties && node.additionalProperties !== undefined) wrong.push("properties and additionalProperties");
  if (node.type === "array" && !node.items) wrong.push("no items");
  const inner = Object.entries(node.properties ?? {}).flatMap(([name, each]) => unstructured(each, `${path}.${name}`));
  const items = node.items ? unstructured(node.items, `${path}[]`) : [];
  return [...wrong.map((each) => `${path}: ${each}`), ...inner, ...items];
}

describe("JSON Schema", () => {
  for (const kind of kindNames) {
    it(`says something of ${kind} and each of its fields`, () => {
      const schema = jsonSchemaOf(kind);
      assert.equal(schema["title"], kind);
      assert(wordsFor(kind, []), "of the kind itself");
      for (const { path, words } of fieldsOf(schema)) assert(words?.endsWith("."), `${path}: ${words}`);
    });
  }

  it("says what fields may hold", () => {
    const felix = jsonSchemaOf("FelixConfiguration");
    assert.deepEqual(at(felix, "spec.defaultEndpointToHostAction").enum, ["Drop", "Accept", "Return", ""]);
    assert.deepEqual([at(felix, "spec.healthPort").minimum, at(felix, "spec.healthPort").maximum], [0, 65535]);
    const chain = new RegExp(at(felix, "spec.chainInsertMode").pattern ?? "never");
    assert.deepEqual(
      ["APPEND", "insert", "", "apend"].map((text) => chain.test(text)),
      [true, true, true, false],
    );
    assert.equal(at(jsonSchemaOf("WorkloadEndpoint"), "spec.qosControls.egressBurst").anyOf?.[1]?.type, "integer");
    const policy = jsonSchemaOf("NetworkPolicy");
    assert.deepEqual(
      [
        at(policy, "spec.selector")["maxLength"],
        at(policy, "spec.egress")["maxItems"],
        at(policy, "spec.ingress.source.nets")["maxItems"],
        at(policy, "spec.ingress.source.ports")["maxItems"],
      ],
      [1024, 1024, 256, 50],
      "as people may write, although longer ones are read",
    );
    assert.deepEqual(jsonSchemaOf("IPPool")["required"], ["kind", "apiVersion", "metadata", "spec"]);
    assert.deepEqual(jsonSchemaOf("Tier")["required"], ["kind", "apiVersion", "metadata"]);
  });

  it("takes the longest end of a path", () => {
    assert.match(wordsFor("BGPFilter", ["spec", "exportV4", "prefixLength", "min"]) ?? "", /shortest/);
    assert.match(wordsFor("NetworkPolicy", ["spec", "ingress", "metadata", "annotations"]) ?? "", /under keys\.$/);
    assert.equal(wordsFor("Tier", ["spec", "nothing"]), undefined);
  });
});

describe("CustomResourceDefinition", () => {
  for (const kind of kindNames) {
    it(`of ${kind} is structural`, () => {
      const crd = crdOf(kind) as {
        readonly metadata: { readonly name: string };
        readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: JsonSchema } }[] };
      };
      assert.equal(crd.metadata.name, `${kinds[kind].plural}.projectcalico.org`);
      assert.deepEqual(unstructured(crd.spec.versions[0]!.schema.openAPIV3Schema, kind), []);
    });
  }
});
