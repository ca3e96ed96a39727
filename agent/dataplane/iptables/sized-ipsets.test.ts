import assert from "node:assert/strict";
import { defaultOptions } from "../options.ts";
import { sampleOutput } from "../sim/sample-policy.ts";
import { IptablesLowering } from "./lowering.ts";
import { RecordedIpsets } from "./sim/recorded-ipsets.ts";
import { RecordedTables } from "./sim/recorded-tables.ts";
import { SizedIpsets } from "./sized-ipsets.ts";

function sizes({ sets }: RecordedIpsets): readonly number[] {
  return [...new Set([...sets.values()].map(({ maxelem }) => maxelem))];
}

describe("ipsets of a size", () => {
  it("all have it, those that were there and those that come later, and lose no member by another", () => {
    const ipsets = new RecordedIpsets();
    const sized = new SizedIpsets(ipsets, 100);
    sized.wantSet({ name: "cali40a", type: "hash:net", family: "inet" });
    sized.wantSet({ name: "cali40gone", type: "hash:net", family: "inet" });
    sized.changeMembers("cali40a", ["10.0.0.1"]);
    sized.unwantSet("cali40gone");
    sized.resize(50);
    sized.wantSet({ name: "cali40b", type: "hash:ip,port", family: "inet" });
    assert.deepEqual([...ipsets.sets.keys()], ["cali40a", "cali40b"]);
    assert.deepEqual(sizes(ipsets), [50]);
    assert.deepEqual([...ipsets.members.get("cali40a")!], ["10.0.0.1"]);
  });

  it("are those of policies, of rules' nets and of workloads' sources, as MaxIpsetSize says", () => {
    const ipsets = new RecordedIpsets();
    const lowering = new IptablesLowering(new RecordedTables(), ipsets, "ipv4", { ...defaultOptions, maxMembers: 9 });
    lowering.apply(sampleOutput());
    assert.ok(ipsets.sets.size > 3);
    assert.deepEqual(sizes(ipsets), [9]);
    lowering.setOptions(defaultOptions);
    assert.deepEqual(sizes(ipsets), [1_048_576]);
  });
});
