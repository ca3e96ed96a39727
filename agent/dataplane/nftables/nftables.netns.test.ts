import assert from "node:assert/strict";
import { assertGolden } from "../io/golden.ts";
import { NftablesLab } from "../io/nftables-lab.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { disagreement } from "../sim/agreement.ts";
import { sampleOutput } from "../sim/sample-policy.ts";

const CASES = 2000;

describe("nftables in a namespace", function () {
  this.timeout(120_000);
  const options: FirewallOptions = { ...defaultOptions, endpointToHost: "Return", sourceSpoofing: "Any" };
  const lab = new NftablesLab(`manx-policy-${process.pid}`, options);
  before(() => lab.open());
  after(() => lab.close());

  it(`decides as the reference does about the packets of ${CASES} random policy sets`, async () => {
    const tally = await disagreement(
      lab,
      options,
      Array.from({ length: CASES }, (_, n) => n + 1),
    );
    assert.ok(typeof tally === "object", String(tally));
    assert.equal(tally.cases, CASES);
    const share = tally.allowed / tally.packets;
    assert.ok(share > 0.2 && share < 0.8, `${share} of ${tally.packets} packets allowed`);
  });
});

describe("the table as nft prints it", function () {
  this.timeout(20_000);
  const lab = new NftablesLab(`manx-policy-${process.pid}-sample`, defaultOptions);
  before(() => lab.open());
  after(() => lab.close());

  it("reads as a network engineer would have written it", async () => {
    await lab.enforce(sampleOutput());
    assertGolden(new URL("./testdata/sample.nft.golden", import.meta.url), lab.lab.list("manx"));
  });
});
