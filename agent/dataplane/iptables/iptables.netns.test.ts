import assert from "node:assert/strict";
import { IptablesLab } from "../io/iptables-lab.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { disagreement } from "../sim/agreement.ts";

const CASES = 100;

for (const backend of ["nft", "legacy"] as const) {
  describe(`iptables-${backend} in a namespace`, function () {
    this.timeout(120_000);
    const options: FirewallOptions = { ...defaultOptions, sourceSpoofing: "Any" };
    const lab = new IptablesLab(`manx-policy-${process.pid}-${backend}`, options, backend);
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
    });
  });
}
