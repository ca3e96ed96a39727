import assert from "node:assert/strict";
import { globalSysctl, interfaceSysctl, type OpenSysctls, type SysctlPath } from "./sysctl.ts";
import { SysctlDriver } from "./sysctl-driver.ts";

/** A namespace with an interface `v0.a`, dot and all, and a way to make one more. */
export interface SysctlWorld {
  readonly open: OpenSysctls;
  readonly netns?: string;
  addLink(name: string): void;
  close(): void;
}

const of = (interfaceName: string, setting: string, family: "ipv4" | "ipv6" = "ipv4"): SysctlPath =>
  interfaceSysctl({ family, group: "conf", interfaceName, setting })!;

/** What every `OpenSysctls` promises, and the driver on top of it. */
export function sysctlContract(make: () => SysctlWorld): void {
  let world: SysctlWorld;
  beforeEach(() => {
    world = make();
  });
  afterEach(() => world?.close());
  const open = () => world.open(world.netns ? { netns: world.netns } : {});

  it("reads and writes settings of an interface with a dot in its name, in that namespace only", () => {
    const sysctls = open();
    for (const path of [of("v0.a", "proxy_arp"), of("v0.a", "proxy_ndp", "ipv6")]) {
      assert.equal(sysctls.read(path), "0");
      sysctls.write(path, "1");
      assert.equal(sysctls.read(path), "1");
      assert.equal(world.open({}).read(path), undefined, "there is no such interface here");
    }
    const delay = interfaceSysctl({ family: "ipv4", group: "neigh", interfaceName: "v0.a", setting: "proxy_delay" })!;
    sysctls.write(delay, "0");
    assert.equal(sysctls.read(delay), "0");
    const forward = globalSysctl("net/ipv4/ip_forward")!;
    sysctls.write(forward, "1");
    assert.equal(sysctls.read(forward), "1");
  });

  it("has no settings of what is not there, and refuses values that make no sense", () => {
    const sysctls = open();
    assert.equal(sysctls.read(of("absent", "proxy_arp")), undefined);
    const writing = { code: "kernel/syscall" };
    assert.throws(() => sysctls.write(of("absent", "proxy_arp"), "1"), { ...writing, errno: "ENOENT" });
    assert.throws(() => sysctls.write(of("v0.a", "proxy_arp"), "often"), { ...writing, errno: "EINVAL" });
  });

  it("the driver makes it so, and again when the interface appears", () => {
    const sysctls = open();
    const driver = new SysctlDriver(sysctls);
    driver.want(of("v0.a", "proxy_arp"), "1");
    driver.want(of("v1.b", "proxy_arp"), "1");
    assert.equal(sysctls.read(of("v0.a", "proxy_arp")), "1");
    assert.deepEqual(
      [...driver.refused()].map(([key, error]) => `${key} ${error.errno}`),
      ["net/ipv4/conf/v1.b/proxy_arp ENOENT"],
    );
    world.addLink("v1.b");
    driver.recheck("v1.b");
    assert.equal(sysctls.read(of("v1.b", "proxy_arp")), "1");
    assert.equal(driver.refused().size, 0);
    sysctls.write(of("v0.a", "proxy_arp"), "0");
    driver.recheck("v1.b");
    assert.equal(sysctls.read(of("v0.a", "proxy_arp")), "0", "only that interface's");
    driver.recheck();
    assert.equal(sysctls.read(of("v0.a", "proxy_arp")), "1");
    driver.unwant(of("v0.a", "proxy_arp"));
    sysctls.write(of("v0.a", "proxy_arp"), "0");
    driver.recheck();
    assert.equal(sysctls.read(of("v0.a", "proxy_arp")), "0");
  });
}
