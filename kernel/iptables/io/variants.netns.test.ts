import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { iptablesVariants } from "./variants.ts";

describe("the variants of iptables", function () {
  this.timeout(20_000);
  const netns = `manx-kernel-${process.pid}-variants`;
  before(() => execFileSync("ip", ["netns", "add", netns]));
  after(() => execFileSync("ip", ["netns", "del", netns]));

  it("are told with who uses them, and asking leaves nothing behind", async () => {
    const kube = "*nat\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n";
    execFileSync("ip", ["netns", "exec", netns, "iptables-legacy-restore"], { input: kube });
    const states = await iptablesVariants(`/run/netns/${netns}`);
    assert.deepEqual(
      states.map(({ variant, family, works, kubernetes, rules }) => [variant, family, works, kubernetes, rules]),
      [
        ["nft", "ipv4", true, false, 0],
        ["nft", "ipv6", true, false, 0],
        ["legacy", "ipv4", true, true, 1],
        ["legacy", "ipv6", true, false, 0],
      ],
    );
    assert.equal(execFileSync("ip", ["netns", "exec", netns, "nft", "list", "ruleset"], { encoding: "utf8" }), "");
  });
});
