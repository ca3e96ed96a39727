import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { DataplaneKind } from "../../agent/dataplane/dataplane.ts";
import { DataplaneLab } from "../../agent/dataplane/io/dataplane-lab.ts";
import { defaultOptions } from "../../agent/dataplane/options.ts";
import { castNet } from "./cast.ts";
import { outputOf, readScenarios } from "./scenario.ts";

const folder = new URL("scenarios/", import.meta.url);
const files = readdirSync(folder).sort();
const kinds: readonly DataplaneKind[] = ["nftables", "iptables-nft", "iptables-legacy"];

for (const kind of kinds) {
  describe(`scenarios of policy, by ${kind}`, function () {
    this.timeout(30_000);
    const lab = new DataplaneLab(`manx-policy-${process.pid}-s${kind.slice(-3)}`, kind, defaultOptions, castNet);
    before(() => lab.open());
    after(() => lab.close());

    for (const file of files) {
      describe(file, () => {
        for (const scenario of readScenarios(readFileSync(new URL(file, folder), "utf8"))) {
          it(scenario.title, async () => {
            await lab.enforce(outputOf(scenario));
            const passed = await lab.send(scenario.probes.map(({ packet }) => packet));
            const got = scenario.probes.map(({ text }, at) => `${text} ${passed[at] ? "passed" : "dropped"}`);
            const want = scenario.probes.map(({ text, allowed }) => `${text} ${allowed ? "passed" : "dropped"}`);
            assert.deepEqual(got, want);
          });
        }
      });
    }
  });
}
