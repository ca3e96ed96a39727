import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { HostInterfaces } from "./host-interfaces.ts";

const at = (...texts: readonly string[]) => texts.map((text) => parseAddress(text)!);
const byName = (interfaceName: string, ...expected: readonly string[]) => ({
  interfaceName,
  expected: at(...expected),
});
const byAddress = (...expected: readonly string[]) => ({ interfaceName: undefined, expected: at(...expected) });

/** What `eth0` and `*` have, after everything was told. */
function owners(told: (interfaces: HostInterfaces) => void): Record<string, string> {
  const interfaces = new HostInterfaces((name) => name.startsWith("cali"));
  told(interfaces);
  return Object.fromEntries(interfaces.owners);
}

describe("which host endpoint an interface has", () => {
  it("is the one that names it, before the interface is there", () => {
    assert.deepEqual(
      owners((on) => on.onHost("a", byName("eth0"))),
      { eth0: "a" },
    );
  });

  it("is the one that names no interface and expects an address of it", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("a", byAddress("10.0.0.9", "fd00::1"));
      on.onInterface("eth0", at("10.0.0.1", "fd00::1"));
      on.onInterface("eth1", at("10.0.1.1"));
    };
    assert.deepEqual(owners(told), { eth0: "a" });
  });

  it("is never the one that names another interface, whatever it expects", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("a", byName("eth1", "10.0.0.1"));
      on.onInterface("eth0", at("10.0.0.1"));
    };
    assert.deepEqual(owners(told), { eth1: "a" });
  });

  it("is the one whose name sorts first where several are meant, by name or by address", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("b", byName("eth0"));
      on.onHost("a", byAddress("10.0.0.1"));
      on.onHost("c", byAddress("10.0.0.1"));
      on.onInterface("eth0", at("10.0.0.1"));
    };
    assert.deepEqual(owners(told), { eth0: "a" });
  });

  it("falls to the next when the first goes, or when the address moves", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("b", byName("eth0"));
      on.onHost("a", byAddress("10.0.0.1"));
      on.onInterface("eth0", at("10.0.0.1"));
      on.onInterface("eth1", at());
      on.onInterface("eth0", at());
      on.onInterface("eth1", at("10.0.0.1"));
    };
    assert.deepEqual(owners(told), { eth0: "b", eth1: "a" });
    const gone = (on: HostInterfaces) => {
      told(on);
      on.onHost("a", undefined);
    };
    assert.deepEqual(owners(gone), { eth0: "b" });
  });

  it("may be the same of two interfaces, where it expects an address of each", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("a", byAddress("10.0.0.1", "10.0.1.1"));
      on.onInterface("eth0", at("10.0.0.1"));
      on.onInterface("eth1", at("10.0.1.1"));
    };
    assert.deepEqual(owners(told), { eth0: "a", eth1: "a" });
  });

  it("is kept for `*` apart, which is no interface's own", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("b", byName("*", "10.0.0.1"));
      on.onHost("c", byName("*"));
      on.onInterface("eth0", at("10.0.0.1"));
    };
    assert.deepEqual(owners(told), { "*": "b" });
  });

  it("is none where the interface is a workload's", () => {
    const told = (on: HostInterfaces) => {
      on.onHost("a", byName("cali1"));
      on.onHost("b", byAddress("10.0.0.1"));
      on.onInterface("cali2", at("10.0.0.1"));
    };
    assert.deepEqual(owners(told), {});
  });

  it("depends on which names are workloads' now, not on which ones were", () => {
    const on = new HostInterfaces(() => false);
    on.onHost("a", byName("cali1"));
    on.onHost("b", byAddress("10.0.0.1"));
    on.onInterface("eth0", at("10.0.0.1"));
    assert.deepEqual(
      on.setWorkloads((name) => name.startsWith("cali")),
      ["cali1"],
    );
    assert.deepEqual(Object.fromEntries(on.owners), { eth0: "b" });
    assert.deepEqual(on.setWorkloads((name) => name.startsWith("eth")).sort(), ["cali1", "eth0"]);
    assert.deepEqual(Object.fromEntries(on.owners), { cali1: "a" });
  });

  it("tells which interfaces it is another of", () => {
    const on = new HostInterfaces(() => false);
    assert.equal(on.onInterface("eth0", at("10.0.0.1")), false);
    assert.deepEqual(on.onHost("b", byAddress("10.0.0.1")), ["eth0"]);
    assert.deepEqual(on.onHost("c", byAddress("10.0.0.1")), []);
    assert.deepEqual(on.onHost("a", byName("eth0")), ["eth0"]);
    assert.deepEqual(on.onHost("a", byName("eth1")).sort(), ["eth0", "eth1"]);
    assert.equal(on.onInterface("eth0", undefined), true);
  });
});
