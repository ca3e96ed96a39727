import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { systemClock } from "../../lib/io/clock.ts";
import { openNetlink } from "../io/netlink-socket.ts";
import type { NftFact } from "./fact.ts";
import { NfnetlinkPort } from "./nfnetlink-port.ts";
import { nftablesContract, type PortUnderTest } from "./nftables.contract.ts";
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

  it("holds any table after any other exactly as memory says, and rests then", async () => {
    const port = portIn(netns);
    const told: NftFact[] = [];
    const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: (fact) => told.push(fact) });
    driver.allowDeletes();
    try {
      await fc.assert(
        fc.asyncProperty(arbitraryTable, async (wish: Table) => {
          driver.want(wish);
          await driver.apply();
          assert.deepEqual(
            told.filter((fact) => fact.fact !== "nft.rebuilt" && fact.fact !== "nft.adopted"),
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
});

async function inMemory(table: Table): Promise<unknown> {
  const port = new SimNftables();
  const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: () => {} });
  driver.allowDeletes();
  driver.want(table);
  await driver.apply();
  return contentOf((await port.dump()).table);
}
