import assert from "node:assert/strict";
import { parseCalicoVersion } from "./calico-version.ts";
import {
  annotatePolicyName,
  metadataAnnotation,
  policyNameFromStore,
  policyNameToStore,
  storedPolicyNames,
} from "./policy-name.ts";

const version = (text: string) => parseCalicoVersion(text);

describe("names of policies", () => {
  it("are stored as the cluster's version expects (calico.md 2.4)", () => {
    const rows: readonly (readonly [string, string, string | undefined, string])[] = [
      ["foo", "default", "v3.28.0", "default.foo"],
      ["foo", "default", "v3.31.2", "default.foo"],
      ["default.foo", "default", "v3.31.2", "default.foo"],
      ["foo", "default", "v3.32.0", "foo"],
      ["default.foo", "default", "v3.33.0-0.dev-12", "foo"],
      ["foo", "default", undefined, "default.foo"],
      ["security.foo", "security", "v3.32.0", "security.foo"],
      ["knp.default.foo", "default", "v3.28.0", "knp.default.foo"],
    ];
    for (const [name, tier, calico, stored] of rows) {
      assert.equal(
        policyNameToStore(name, tier, calico === undefined ? undefined : version(calico)),
        stored,
        `${name} ${calico}`,
      );
    }
  });

  it("are read from every spelling, the annotation believed only when it is about this policy", () => {
    const annotated = (name: string) => annotatePolicyName(name, { mine: "x" });
    assert.equal(policyNameFromStore("default.foo", undefined), "foo");
    assert.equal(policyNameFromStore("foo", undefined), "foo");
    assert.equal(policyNameFromStore("default.foo", annotated("foo")), "foo");
    assert.equal(policyNameFromStore("default.foo", annotated("other")), "foo");
    assert.equal(policyNameFromStore("foo", { [metadataAnnotation]: "{" }), "foo");
    assert.deepEqual(storedPolicyNames("default.foo"), ["foo", "default.foo"]);
    assert.deepEqual(storedPolicyNames("knp.default.x"), ["knp.default.x"]);
    assert.equal(annotated("foo")[metadataAnnotation], '{"name":"foo"}');
  });

  it("go by versions in any form that Calico prints", () => {
    assert.deepEqual(version("v3.31"), { major: 3, minor: 31 });
    for (const bad of ["", "master", "v3", "3.x"]) assert.equal(version(bad), undefined, bad);
  });
});
