import assert from "node:assert/strict";
import { schemas } from "./model/schemas.ts";
import { fieldsAt } from "./schema-fields.ts";

describe("the fields of a schema", () => {
  it("are found through lists and optional objects", () => {
    assert.deepEqual(fieldsAt(schemas.Tier, ["spec"]), ["order", "defaultAction"]);
    assert.ok(fieldsAt(schemas.NetworkPolicy, ["spec", "ingress", 3, "source"]).includes("notNets"));
    assert.ok(fieldsAt(schemas.Node, ["spec", "bgp"]).includes("asNumber"));
  });
  it("are none where no object stands", () => {
    assert.deepEqual(fieldsAt(schemas.Tier, ["spec", "order"]), []);
    assert.deepEqual(fieldsAt(schemas.Tier, ["nothing", "here"]), []);
    assert.deepEqual(fieldsAt(schemas.Tier, ["metadata", "labels", "x"]), []);
  });
});
