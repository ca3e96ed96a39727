import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { systemClock } from "../../lib/io/clock.ts";
import { openNetlink } from "../io/netlink-socket.ts";
import type { IpsetFact } from "./fact.ts";
import { ipsetContract } from "./ipset.contract.ts";
import { IpsetDriver } from "./ipset-driver.ts";
import { NfnetlinkIpsets } from "./nfnetlink-port.ts";
import type { IpsetSpec } from "./set.ts";

const netns = `manx-kernel-${process.pid}-ipset`;

function run(...words: string[]): string {
  return execFileSync("ip", ["netns", "exec", netns, ...words], { encoding: "utf8", stdio: "pipe" });
}

/** Resolves when `holds` does; rejects after two seconds. */
async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("ipsets of this kernel", function () {
  this.timeout(20_000);
  before(() => execFileSync("ip", ["netns", "add", netns]));
  after(() => execFileSync("ip", ["netns", "del", netns]));

  describe("the port", () =>
    ipsetContract(() => {
      const port = new NfnetlinkIpsets(openNetlink, `/run/netns/${netns}`);
      const close = (): void => {
        port.close();
        run("ipset", "destroy");
      };
      return { port, close };
    }));

  describe("the driver", () => {
    const set: IpsetSpec = { name: "cali40s:one", type: "hash:net", family: "inet", maxelem: 1_048_576 };
    let port: NfnetlinkIpsets;
    let driver: IpsetDriver;
    let told: IpsetFact[];
    const listed = (name: string): string[] => {
      const text = run("ipset", "list", name);
      return text
        .slice(text.indexOf("Members:\n") + 9)
        .split("\n")
        .filter(Boolean)
        .sort();
    };
    const start = (): void => {
      told = [];
      port = new NfnetlinkIpsets(openNetlink, `/run/netns/${netns}`);
      driver = new IpsetDriver({ port, clock: systemClock, tell: (fact) => told.push(fact) });
    };
    beforeEach(start);
    afterEach(async () => {
      driver.close();
      port.close();
      run("iptables-legacy", "-F");
      run("ipset", "destroy");
    });

    it("ipset lists what was wanted", async () => {
      driver.wantSet(set);
      driver.changeMembers(set.name, ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1"]);
      await driver.commitMembers();
      assert.deepEqual(listed(set.name), ["0.0.0.0/1", "10.0.0.0/8", "128.0.0.0/1", "192.0.2.1"]);
      driver.changeMembers(set.name, [], ["0.0.0.0/0"]);
      await driver.commitMembers();
      assert.deepEqual(listed(set.name), ["10.0.0.0/8", "192.0.2.1"]);
    });

    it("takes over what an earlier process left, and keeps sets that a rule looks into until it is gone", async () => {
      run("ipset", "create", set.name, "hash:net", "maxelem", "1048576");
      run("ipset", "add", set.name, "10.0.0.1");
      run("ipset", "add", set.name, "10.0.0.2");
      run("ipset", "create", "cali40s:old", "hash:ip");
      run("ipset", "create", "others", "hash:ip");
      run("iptables-legacy", "-A", "INPUT", "-m", "set", "--match-set", "cali40s:old", "src", "-j", "DROP");
      driver.wantSet(set);
      driver.changeMembers(set.name, ["10.0.0.2", "10.0.0.3"]);
      await driver.commitMembers();
      assert.deepEqual(listed(set.name), ["10.0.0.2", "10.0.0.3"]);
      await driver.commitDeletes();
      assert.match(run("ipset", "list", "-n"), /cali40s:old/, "not before deletes are allowed");
      driver.allowDeletes();
      await driver.commitDeletes();
      assert.match(run("ipset", "list", "-n"), /cali40s:old/, "not while a rule looks into it");
      run("iptables-legacy", "-F");
      await eventually("the old set to go", () => !run("ipset", "list", "-n").includes("cali40s:old"));
      assert.deepEqual(run("ipset", "list", "-n").split("\n").sort(), ["", "cali40s:one", "others"]);
      assert.deepEqual(told, [{ fact: "ipset.adopted", sets: 2, members: 2 }]);
    });

    it("a set of another size is swapped under the rule that looks into it", async () => {
      run("ipset", "create", set.name, "hash:net", "maxelem", "7");
      run("iptables-legacy", "-A", "INPUT", "-m", "set", "--match-set", set.name, "src", "-j", "DROP");
      driver.wantSet(set);
      driver.changeMembers(set.name, ["10.0.0.2"]);
      await driver.commitMembers();
      assert.match(run("ipset", "list", set.name), /maxelem 1048576[\s\S]*References: 1[\s\S]*\n10.0.0.2\n/);
      assert.deepEqual(run("ipset", "list", "-n").trim(), set.name);
    });

    it("what a foreign hand flushes or destroys is back within a second", async () => {
      driver.wantSet(set);
      driver.changeMembers(set.name, ["10.0.0.1", "10.0.0.2"]);
      await driver.commitMembers();
      for (const order of ["flush", "destroy"]) {
        run("ipset", order, set.name);
        const since = told.length;
        await eventually(`repair after ${order}`, () => told.length > since);
        await driver.commitMembers();
        assert.deepEqual(listed(set.name), ["10.0.0.1", "10.0.0.2"]);
      }
      assert.deepEqual(
        told.map(({ fact }) => fact),
        ["ipset.disturbed", "ipset.disturbed"],
      );
    });

    it("one set that is too small does not harm the others", async () => {
      const small = { ...set, name: "cali40s:small", maxelem: 2 };
      driver.wantSet(small);
      driver.wantSet(set);
      driver.changeMembers(small.name, ["10.0.0.3", "10.0.0.1", "10.0.0.2"]);
      driver.changeMembers(set.name, ["10.0.0.9"]);
      await driver.commitMembers();
      assert.deepEqual(listed(small.name), ["10.0.0.1", "10.0.0.2"]);
      assert.deepEqual(listed(set.name), ["10.0.0.9"]);
      assert.deepEqual(told, [{ fact: "ipset.full", set: small.name, wanted: 3, maxelem: 2 }]);
      driver.changeMembers(small.name, [], ["10.0.0.1"]);
      await driver.commitMembers();
      assert.deepEqual(listed(small.name), ["10.0.0.2", "10.0.0.3"]);
    });

    it("more interfaces of one prefix than ipset can hold are refused by name, once, the others are there", async () => {
      const links: IpsetSpec = { name: "cali40links", type: "hash:net,iface", family: "inet", maxelem: 1000 };
      driver.wantSet(links);
      const names = Array.from({ length: 80 }, (_, i) => `10.0.0.1,cali${i}`);
      driver.changeMembers(links.name, [...names, "10.0.0.2,eth0"]);
      await driver.commitMembers();
      const held = listed(links.name);
      assert.equal(held.length, 65);
      assert.ok(held.includes("10.0.0.2,eth0"));
      assert.deepEqual(
        told.map(({ fact }) => fact),
        ["ipset.refused"],
      );
    });

    it("removes all of it", async () => {
      run("ipset", "create", "others", "hash:ip");
      driver.wantSet(set);
      await driver.commitMembers();
      assert.deepEqual(await driver.removeAll(), []);
      assert.equal(run("ipset", "list", "-n"), "others\n");
    });
  });
});
