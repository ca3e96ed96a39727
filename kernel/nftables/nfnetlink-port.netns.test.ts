import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { systemClock } from "../../lib/io/clock.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { openNetlink } from "../io/netlink-socket.ts";
import { encodeRule } from "./encoded-rule.ts";
import type { Expression } from "./expression.ts";
import type { NftFact } from "./fact.ts";
import { NfnetlinkPort } from "./nfnetlink-port.ts";
import { nftablesContract, type PortUnderTest } from "./nftables.contract.ts";
import type { Operation } from "./port.ts";
import { arbitraryTable, contentOf } from "./ruleset.contract.ts";
import { RulesetDriver } from "./ruleset-driver.ts";
import { SimNftables } from "./sim/nftables.ts";
import { manxTable, type Table } from "./table.ts";

const made = new Set<string>();

function makeNetns(): string {
  const name = `manx-kernel-${process.pid}-nft${made.size}`;
  execFileSync("ip", ["netns", "add", name]);
  made.add(name);
  return name;
}

function removeNetns(name: string): void {
  execFileSync("ip", ["netns", "del", name]);
}

function nft(netns: string, ...words: string[]): string {
  return execFileSync("ip", ["netns", "exec", netns, "nft", ...words], { encoding: "utf8" });
}

const portIn = (netns: string): NfnetlinkPort => new NfnetlinkPort(openNetlink, manxTable, `/run/netns/${netns}`);

describe("an nftables table in a running kernel", function () {
  this.timeout(30_000);
  let netns: string;
  before(() => {
    netns = makeNetns();
  });
  after(() => removeNetns(netns));

  describe("its port", () => {
    nftablesContract(async (): Promise<PortUnderTest> => {
      const port = portIn(netns);
      return {
        port,
        foreign: async (operations) => {
          const other = portIn(netns);
          assert.equal((await other.commit(operations)).kind, "committed");
          other.close();
        },
        elsewhere: async () => {
          nft(netns, "add table ip elsewhere; delete table ip elsewhere");
        },
        close: () => {
          port.close();
          nft(netns, "add table inet manx; delete table inet manx");
        },
      };
    });
  });

  for (const atOnce of [
    { elements: 20_000, rules: 2000 },
    { elements: 2, rules: 3 },
  ]) {
    it(`holds any table after any other exactly as memory says, and rests then (${atOnce.rules} rules at once)`, async () => {
      const port = portIn(netns);
      const told: NftFact[] = [];
      const tell = (fact: NftFact): void => void told.push(fact);
      const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell, atOnce });
      driver.allowDeletes();
      try {
        await fc.assert(
          fc.asyncProperty(arbitraryTable, async (wish: Table) => {
            driver.want(wish);
            await driver.apply();
            assert.deepEqual(
              told.filter(({ fact }) => fact !== "nft.rebuilt"),
              [],
            );
            const there = await port.dump();
            assert.deepEqual(contentOf(there.table), await inMemory(wish));
            driver.want(wish);
            driver.distrust();
            await driver.apply();
            assert.equal((await port.dump()).generation, there.generation, "the second apply sends nothing");
          }),
          { numRuns: 60 },
        );
        assert.ok(!/\bxt\b|unknown/.test(nft(netns, "list", "ruleset")));
      } finally {
        driver.close();
        port.close();
        nft(netns, "add table inet manx; delete table inet manx");
      }
    });
  }

  for (const [family, net, icmp] of [
    ["ip", "10.0.0.0/8", "icmp"],
    ["ip6", "fd00::/16", "icmpv6"],
  ] as const) {
    it(`a table of one family (${family}) needs no question about the family`, async () => {
      const port = new NfnetlinkPort(openNetlink, { family, name: "manx" }, `/run/netns/${netns}`);
      const rule = (...expressions: Expression[]): Operation => ({
        kind: "new rule",
        chain: "c",
        rule: encodeRule(family, { expressions }),
      });
      const outcome = await port.commit([
        { kind: "new table" },
        { kind: "new chain", chain: "c" },
        rule({ kind: "address", field: "saddr", prefix: parsePrefix(net)! }, { kind: "accept" }),
        rule({ kind: "reject", with: "port-unreachable" }),
        rule({ kind: "reject", with: "admin-prohibited" }),
      ]);
      port.close();
      const listed = nft(netns, "list", "table", family, "manx");
      nft(netns, `delete table ${family} manx`);
      assert.deepEqual(outcome.kind, "committed");
      assert.deepEqual(
        listed
          .split("\n")
          .slice(2, 5)
          .map((line) => line.trim()),
        [`${family} saddr ${net} accept`, "reject", `reject with ${icmp} admin-prohibited`],
      );
    });
  }
});

async function inMemory(table: Table): Promise<unknown> {
  const port = new SimNftables();
  const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: () => {} });
  driver.allowDeletes();
  driver.want(table);
  await driver.apply();
  return contentOf((await port.dump()).table);
}
