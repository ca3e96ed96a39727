import assert from "node:assert/strict";
import { globalSysctl, interfaceSysctl, isInterfaceName } from "./sysctl.ts";

describe("names of interfaces and settings", () => {
  for (const name of ["lo", "eth0", "eth0.100", "cali0123456789a", "a..b", "...", "with-dash_x"]) {
    it(`takes ${JSON.stringify(name)} for an interface`, () => assert.ok(isInterfaceName(name)));
  }
  for (const name of ["", ".", "..", "a/b", "../x", "a:b", "a b", "a\tb", "a\0", "sixteen-octets-x", "üüüüüüüü"]) {
    it(`does not take ${JSON.stringify(name)} for an interface`, () => {
      assert.ok(!isInterfaceName(name));
      const of = { family: "ipv4", group: "conf", interfaceName: name, setting: "proxy_arp" } as const;
      assert.equal(interfaceSysctl(of), undefined);
    });
  }
  it("knows no setting that leads elsewhere", () => {
    for (const setting of ["../all/forwarding", "", "a/b", ".", "x".repeat(65)]) {
      const of = { family: "ipv6", group: "conf", interfaceName: "lo", setting } as const;
      assert.equal(interfaceSysctl(of), undefined, setting);
    }
    for (const path of ["", "/etc/passwd", "net/../kernel", "net//ipv4", "net.ipv4.ip_forward"]) {
      assert.equal(globalSysctl(path), undefined, path);
    }
    assert.deepEqual(globalSysctl("net/netfilter/nf_conntrack_acct"), ["net", "netfilter", "nf_conntrack_acct"]);
  });
});
