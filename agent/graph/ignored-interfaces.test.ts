import assert from "node:assert/strict";
import { isIgnoredInterface } from "./ignored-interfaces.ts";

describe("interfaces that are passed over", () => {
  it("are those that are named, by patterns too, and Calico's own", () => {
    const patterns = ["docker0", "br-*", "*-mgmt", "v*an*0"];
    for (const name of ["docker0", "br-", "br-1234", "ilo-mgmt", "vlan10", "vxlan0", "kube-ipvs0"]) {
      assert.ok(isIgnoredInterface(patterns, name), name);
    }
    for (const name of ["docker1", "docker00", "xbr-1", "mgmt", "vlan1", "va0", "eth0", ""]) {
      assert.ok(!isIgnoredInterface(patterns, name), name);
    }
    assert.ok(isIgnoredInterface(["*"], "eth0") && !isIgnoredInterface([], "eth0"));
  });
});
