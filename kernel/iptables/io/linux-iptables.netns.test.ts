import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { families } from "../../../net/family.ts";
import { iptablesContract } from "../iptables.contract.ts";
import { LinuxIptables } from "./linux-iptables.ts";

describe("iptables of this kernel", function () {
  this.timeout(20_000);
  for (const variant of ["nft", "legacy"] as const) {
    for (const family of families) {
      const netns = `manx-kernel-${process.pid}-${variant}-${family}`;
      const tool = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}-restore`;
      const open = (spawnEach: boolean) => () => {
        execFileSync("ip", ["netns", "add", netns]);
        const port = new LinuxIptables({ family, variant, netns: `/run/netns/${netns}`, spawnEach });
        return {
          port,
          disturb: (table: string, lines: readonly string[]): void => {
            const input = [`*${table}`, ...lines, "COMMIT", ""].join("\n");
            execFileSync("ip", ["netns", "exec", netns, tool, "--noflush"], { input });
          },
          close: (): void => {
            port.close();
            execFileSync("ip", ["netns", "del", netns]);
          },
        };
      };
      describe(`${variant}, ${family}`, () => iptablesContract(open(false)));
      describe(`${variant}, ${family}, the program`, () => {
        it("is kept running, and what it does is not heard", async () => {
          const world = open(false)();
          try {
            await world.port.restore("filter", [":cali-a - [0:0]"]);
            const heard: string[] = [];
            world.port.watch(["filter"], (where) => heard.push(where));
            await world.port.restore("filter", [":cali-a - [0:0]", "-A cali-a -j DROP"]);
            await world.port.restore("filter", [":cali-a - [0:0]"]);
            await new Promise((resolve) => setTimeout(resolve, 20));
            assert.deepEqual([world.port.isKept, heard], [true, []]);
          } finally {
            world.close();
          }
        });
      });
      if (family === "ipv4") {
        describe(`${variant}, ${family}, a program for each transaction`, () => iptablesContract(open(true)));
      }
    }
  }
});
