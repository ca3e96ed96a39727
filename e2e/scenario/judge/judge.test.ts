import assert from "node:assert/strict";
import { smallTopology } from "../driver.contract.ts";
import type { ReachSeen } from "../driver.ts";
import { judgeAddresses } from "./addresses.ts";
import { judgeLosses } from "./losses.ts";
import { judgeReach } from "./reach.ts";
import { judgeRoutes } from "./routes.ts";
import { judgeSessions, pairs } from "./sessions.ts";

describe("the judge", () => {
  it("wants every pair from both ends in both families", () => {
    const up = (at: string, peer: string, family: "ipv4" | "ipv6", established = true) => {
      return { at, peer, family, established, state: established ? "Established" : "Active (refused)" };
    };
    const all = pairs(smallTopology).flatMap(([x, y]) => [
      up(x, y, "ipv4"),
      up(y, x, "ipv4"),
      up(x, y, "ipv6"),
      up(y, x, "ipv6", x !== "tor" || y !== "n2"),
    ]);
    assert.deepEqual(judgeSessions(smallTopology, all), [
      { what: "n1 and n2 speak BGP", held: true, seen: "" },
      { what: "tor and n1 speak BGP", held: true, seen: "" },
      { what: "tor and n2 speak BGP", held: false, seen: "n2 ipv6: Active (refused)" },
    ]);
    assert.equal(
      judgeSessions(smallTopology, []).every((verdict) => !verdict.held),
      true,
    );
  });

  it("finds an address twice, in another node's block, and missing", () => {
    const claims = [
      { prefix: "10.244.0.0/26", node: "n1" },
      { prefix: "10.244.0.64/26", node: "n2" },
      { prefix: "10.244.0.65/32", node: "n1" },
      { prefix: "fd00::/122", node: "n1" },
    ];
    const pod = (name: string, ipv4: string, ipv6: string) => ({ pod: name, node: "n1", addresses: { ipv4, ipv6 } });
    const seen = [pod("a", "10.244.0.1", "fd00::1"), pod("b", "10.244.0.1", "fd00::2"), pod("c", "10.244.0.66", "")];
    const verdicts = judgeAddresses(["a", "b", "c", "d", "e"], [...seen, pod("e", "10.244.0.65", "fd00::5")], claims);
    assert.deepEqual(
      verdicts.map((verdict) => verdict.seen),
      [
        "10.244.0.1 is also b's",
        "10.244.0.1 is also a's",
        "10.244.0.66 belongs to n2, not to n1, an address is missing",
        "not attached",
        "",
      ],
    );
  });

  it("goes by the first row that fits, and wants sources kept", () => {
    const tried = (
      from: string,
      to: string,
      probe: "ping" | "tcp",
      passed: boolean,
      sourceKept = passed,
    ): ReachSeen => {
      return { from, to, family: "ipv4", probe, passed, sourceKept, source: sourceKept ? "own" : "10.9.9.9" };
    };
    const rows = [
      { from: ["a"], to: ["db"], probes: ["tcp" as const], pass: true },
      { from: "*" as const, to: ["db"], pass: false },
    ];
    const right = [tried("a", "db", "tcp", true), tried("a", "db", "ping", false), tried("db", "a", "ping", true)];
    assert.equal(
      judgeReach(rows, right).every((verdict) => verdict.held),
      true,
    );
    const wrong = [tried("a", "db", "tcp", false), tried("b", "db", "tcp", true), tried("b", "a", "ping", true, false)];
    assert.deepEqual(
      judgeReach(rows, wrong).map((verdict) => verdict.seen),
      ["tcp ipv4 to db does not pass", "tcp ipv4 to db passes, ping ipv4 to a arrives from 10.9.9.9"],
    );
    assert.equal(judgeReach([], [])[0]!.held, false, "an empty lab proves nothing");
  });

  it("wants exactly the owners' routes", () => {
    const claims = [
      { prefix: "10.244.0.0/26", node: "n1" },
      { prefix: "fd00::/122", node: "n1" },
    ];
    const v6 = { prefix: "fd00::/122", via: "n1" };
    const fine = judgeRoutes("tor", claims, [{ prefix: "10.244.0.0/26", via: "n1" }, v6]);
    assert.equal(
      fine.every((verdict) => verdict.held),
      true,
    );
    const wrong = judgeRoutes("tor", claims, [{ prefix: "10.244.0.0/26", via: "n2" }, v6]);
    assert.deepEqual(
      wrong.map((verdict) => verdict.seen),
      ["no 10.244.0.0/26 via n1, 10.244.0.0/26 via n2", ""],
    );
    assert.equal(
      judgeRoutes("tor", [], []).some((verdict) => verdict.held),
      false,
      "nothing is not exactly something",
    );
  });

  it("counts losses over all pairs but the excepted", () => {
    const pair = (from: string, lost: number) => {
      return { from, to: "x", family: "ipv4" as const, sent: 10, lost, longestGapMs: lost * 10 };
    };
    assert.equal(judgeLosses([], [pair("a", 0)])[0]!.held, true);
    assert.equal(
      judgeLosses([], [pair("a", 0), pair("b", 2)])[0]!.seen,
      "2 lost in 1 directions: b → x ipv4 2 (gap 20 ms)",
    );
    assert.equal(judgeLosses(["b"], [pair("a", 0), pair("b", 2)])[0]!.held, true);
    assert.equal(judgeLosses([], [])[0]!.held, false);
  });
});
