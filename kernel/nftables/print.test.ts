import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parsePrefix } from "../../net/prefix.ts";
import { printRule, printTable } from "./print.ts";
import { representativeTable } from "./representative.contract.ts";

describe("printing a table", () => {
  it("reads as a network engineer writes it", () => {
    const golden = readFileSync(new URL("testdata/representative.nft.golden", import.meta.url), "utf8");
    assert.equal(printTable(representativeTable), golden);
  });

  it("a code that is not to match is one comparison with its type", () => {
    const icmp = { kind: "icmp", family: "ipv4", type: 3, code: 4 } as const;
    const said = [icmp, { ...icmp, not: true }].map((x) => printRule({ expressions: [x, { kind: "accept" }] }));
    assert.deepEqual(said, [
      "icmp type destination-unreachable icmp code 4 accept",
      "icmp type . icmp code != destination-unreachable . 4 accept",
    ]);
  });

  it("host bits of a prefix do not show", () => {
    const prefix = parsePrefix("10.1.2.3/8")!;
    assert.equal(printRule({ expressions: [{ kind: "address", field: "saddr", prefix }] }), "ip saddr 10.0.0.0/8");
  });
});
