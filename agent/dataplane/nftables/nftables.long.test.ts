import assert from "node:assert/strict";
import { CasesDone } from "../io/cases-done.ts";
import { NftablesLab } from "../io/nftables-lab.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { disagreement } from "../sim/agreement.ts";

const CASES = 20_000;
const FIRST_SEED = 1_000_000;

describe(`nftables against the reference, ${CASES} policy sets`, function () {
  this.timeout(1_800_000);
  const options: FirewallOptions = { ...defaultOptions, endpointToHost: "Accept", sourceSpoofing: "Any" };
  const lab = new NftablesLab(`manx-policy-${process.pid}-long`, options);
  const done = new CasesDone("nftables-policy-cases", CASES);
  before(() => lab.open());
  after(() => lab.close());

  it("agrees on every packet, going on where an earlier run was cut off", async () => {
    const seeds = Array.from({ length: CASES - done.count }, (_, n) => FIRST_SEED + done.count + n);
    const tally = await disagreement(lab, options, seeds, () => done.one(), { hosts: true });
    assert.ok(typeof tally === "object", String(tally));
    assert.equal(tally.cases, seeds.length);
    done.finish();
    console.log(JSON.stringify({ figure: "policy cases, nftables = reference", cases: CASES, lastRun: tally }));
  });
});
