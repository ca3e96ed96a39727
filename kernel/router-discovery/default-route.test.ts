import assert from "node:assert/strict";
import type { Sysctls } from "../sysctl.ts";
import { takesDefaultRoute } from "./default-route.ts";

function takes(accept_ra: string, forwarding: string, accept_ra_defrtr = "1"): boolean {
  const values: Readonly<Record<string, string>> = { accept_ra, forwarding, accept_ra_defrtr };
  const sysctls: Sysctls = {
    read: (path) => (path.slice(0, 4).join("/") === "net/ipv6/conf/eth0" ? values[path.at(-1)!] : undefined),
    write: () => assert.fail("nothing is to be written"),
  };
  return takesDefaultRoute(sysctls, "eth0");
}

describe("a default route by router advertisements", () => {
  it("is made by a host that accepts them, and by a router that is told to accept them all the same", () => {
    assert.deepEqual([takes("1", "0"), takes("2", "0"), takes("2", "1")], [true, true, true]);
  });

  it("is not made by a router, where they are not accepted, nor where only this is not", () => {
    assert.deepEqual([takes("1", "1"), takes("0", "0"), takes("1", "0", "0")], [false, false, false]);
  });

  it("is not made on an interface that has no such settings", () => {
    const sysctls: Sysctls = { read: () => undefined, write: () => {} };
    assert.equal(takesDefaultRoute(sysctls, "eth9"), false);
    assert.equal(takesDefaultRoute(sysctls, "a/b"), false);
  });
});
