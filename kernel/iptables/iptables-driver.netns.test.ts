import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { systemClock } from "../../lib/io/clock.ts";
import { families } from "../../net/family.ts";
import type { IptablesFact } from "./fact.ts";
import { LinuxIptables } from "./io/linux-iptables.ts";
import { IptablesDriver } from "./iptables-driver.ts";

/** Resolves when `holds` does; rejects after two seconds. */
async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (const variant of ["nft", "legacy"] as const) {
  for (const family of families) {
    describe(`the iptables driver in a running kernel: ${variant}, ${family}`, function () {
      this.timeout(20_000);
      const netns = `manx-kernel-${process.pid}-drive`;
      const tool = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}`;
      const net = family === "ipv4" ? "10.0.0.0/8" : "fd00::/8";
      const run = (...words: string[]): string =>
        execFileSync("ip", ["netns", "exec", netns, ...words], { encoding: "utf8", stdio: "pipe" });
      /** Our rules as save prints them, without stamps. */
      const rules = (table: string, chain: string): string[] =>
        run(`${tool}-save`, "-t", table)
          .split("\n")
          .filter((line) => line.startsWith(`-A ${chain} `))
          .map((line) => line.replace(/ -m comment --comment "cali:[0-9a-f]{16}"/, "").slice(4 + chain.length));
      let port: LinuxIptables;
      let driver: IptablesDriver;
      let told: IptablesFact[];
      const start = (): void => {
        told = [];
        port = new LinuxIptables({ family, variant, netns: `/run/netns/${netns}` });
        driver = new IptablesDriver({ port, clock: systemClock, tell: (fact) => told.push(fact) });
      };
      const stop = (): void => {
        driver.close();
        port.close();
      };
      const want = (extra: readonly string[] = []): void => {
        driver.wantChain("filter", "cali-FORWARD", [`-s ${net} -j cali-pi-one`, "-j DROP"]);
        driver.wantChain("filter", "cali-pi-one", ['-m comment --comment "policy one|0" -j ACCEPT', ...extra]);
        driver.wantHooks("filter", [
          { chain: "FORWARD", rule: "-j cali-FORWARD", place: "first" },
          { chain: "INPUT", rule: "-i cali+ -j cali-FORWARD", place: "last" },
        ]);
      };
      const asWanted = ['-m comment --comment "policy one|0" -j ACCEPT'];
      beforeEach(() => {
        execFileSync("ip", ["netns", "add", netns]);
        run("ip", "link", "set", "lo", "up");
        start();
      });
      afterEach(() => {
        stop();
        execFileSync("ip", ["netns", "del", netns]);
      });

      it("writes chains and hooks, and puts them back when they are flushed, within a second", async () => {
        run(tool, "-A", "FORWARD", "-i", "lo", "-j", "ACCEPT");
        want();
        driver.allowDeletes();
        await driver.apply();
        assert.deepEqual(rules("filter", "cali-FORWARD"), [`-s ${net} -j cali-pi-one`, "-j DROP"]);
        assert.deepEqual(rules("filter", "FORWARD"), ["-j cali-FORWARD", "-i lo -j ACCEPT"]);
        const began = performance.now();
        run(tool, "-F");
        await eventually("the chains to be filled again", () => rules("filter", "cali-pi-one").length === 1);
        await driver.apply();
        assert.ok(performance.now() - began < 1500);
        assert.deepEqual(rules("filter", "cali-pi-one"), asWanted);
        assert.deepEqual(rules("filter", "FORWARD"), ["-j cali-FORWARD"]);
        assert.deepEqual(rules("filter", "INPUT"), ["-i cali+ -j cali-FORWARD"]);
        assert.ok(told.some(({ fact }) => fact === "iptables.disturbed"));
      });

      it("stays first when somebody else comes first", async () => {
        want();
        await driver.apply();
        run(tool, "-I", "FORWARD", "1", "-j", "ACCEPT");
        await eventually("our rule to be first again", () => rules("filter", "FORWARD")[0] === "-j cali-FORWARD");
        assert.deepEqual(rules("filter", "FORWARD"), ["-j cali-FORWARD", "-j ACCEPT"]);
      });

      it("takes over what an earlier process left: what is right is not touched and keeps its counters", async () => {
        driver.wantChain("filter", "cali-OUTPUT", ['-o lo -m comment --comment "loop" -j RETURN']);
        driver.wantChain("filter", "cali-old", ["-j RETURN"]);
        driver.wantHooks("filter", [{ chain: "OUTPUT", rule: "-j cali-OUTPUT", place: "first" }]);
        await driver.apply();
        run("ping", "-c", "1", "-W", "1", family === "ipv4" ? "127.0.0.1" : "::1");
        const { packets } = (await driver.counters()).get("loop")!;
        assert.ok(packets >= 2, `${packets} packets`);
        stop();
        start();
        const grown = ['-o lo -m comment --comment "loop" -j RETURN', '-o eth7 -m comment --comment "new" -j RETURN'];
        driver.wantChain("filter", "cali-OUTPUT", grown);
        driver.wantHooks("filter", [{ chain: "OUTPUT", rule: "-j cali-OUTPUT", place: "first" }]);
        await driver.apply();
        assert.deepEqual(told, [{ fact: "iptables.adopted", tables: `${family} ${variant}`, chains: 2, rules: 2 }]);
        assert.ok((await driver.counters()).get("loop")!.packets >= packets);
        assert.deepEqual([...(await driver.counters()).keys()], ["loop", "new"]);
        assert.deepEqual(rules("filter", "cali-old"), ["-j RETURN"]);
        driver.allowDeletes();
        await driver.apply();
        assert.doesNotMatch(run(`${tool}-save`, "-t", "filter"), /cali-old/);
      });

      it("one chain that cannot be written drops, says why, and harms no other", async () => {
        want(["-m set --match-set cali40nowhere src -j ACCEPT"]);
        driver.wantChain("nat", "cali-nat", ["-m set --match-set cali40nowhere src -j ACCEPT"]);
        for (let i = 0; i < 20; i++) driver.wantChain("filter", `cali-pi-${i}`, [`-s ${net} -j ACCEPT`]);
        await driver.apply();
        const [only, ...more] = rules("filter", "cali-pi-one");
        assert.match(only!, /--comment "cannot be written: .*cali40nowhere.*" -j DROP/);
        assert.deepEqual(more, []);
        assert.deepEqual(rules("nat", "cali-nat"), []);
        assert.deepEqual(rules("filter", "FORWARD"), ["-j cali-FORWARD"]);
        assert.deepEqual(rules("filter", "cali-pi-19"), [`-s ${net} -j ACCEPT`]);
        const refused = told.filter(({ fact }) => fact === "iptables.refused");
        assert.deepEqual(refused.map((fact) => "chain" in fact && fact.chain).sort(), ["cali-nat", "cali-pi-one"]);
        want();
        driver.unwantChain("nat", "cali-nat");
        await driver.apply();
        assert.deepEqual(rules("filter", "cali-pi-one"), asWanted);
        assert.ok(told.some((fact) => fact.fact === "iptables.accepted" && fact.chain === "cali-pi-one"));
      });

      it("what was refused is written once it can be", async () => {
        const set = family === "ipv4" ? "cali40late" : "cali60late";
        want([`-m set --match-set ${set} src -j ACCEPT`]);
        await driver.apply();
        run("ipset", "create", set, "hash:net", "family", family === "ipv4" ? "inet" : "inet6");
        await eventually("the chain to be whole", () => rules("filter", "cali-pi-one").length === 2);
        stop();
        run(`${tool}`, "-F");
        run("ipset", "destroy", set);
      });

      it("removes all of it", async () => {
        run(tool, "-A", "FORWARD", "-i", "lo", "-j", "ACCEPT");
        want();
        driver.wantChain("raw", "cali-raw", ["-j RETURN"]);
        driver.wantHooks("raw", [{ chain: "PREROUTING", rule: "-j cali-raw", place: "first" }]);
        await driver.apply();
        assert.deepEqual(await driver.removeAll(), []);
        assert.doesNotMatch(run(`${tool}-save`), /cali/);
        assert.deepEqual(rules("filter", "FORWARD"), ["-i lo -j ACCEPT"]);
      });
    });
  }
}
