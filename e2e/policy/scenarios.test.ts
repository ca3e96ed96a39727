import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { defaultOptions } from "../../agent/dataplane/options.ts";
import { describeReason, evaluate } from "../../policy/evaluate.ts";
import { PolicyState } from "../../policy/policy-state.ts";
import { readProbe } from "./probe.ts";
import { outputOf, readScenarios } from "./scenario.ts";

const folder = new URL("scenarios/", import.meta.url);

describe("scenarios of policy, by the reference", () => {
  for (const file of readdirSync(folder).sort()) {
    describe(file, () => {
      for (const scenario of readScenarios(readFileSync(new URL(file, folder), "utf8"))) {
        it(scenario.title, () => {
          const state = new PolicyState();
          state.apply(outputOf(scenario));
          for (const { text, packet, allowed, because } of scenario.probes) {
            const { verdict, reason } = evaluate(state, defaultOptions, packet);
            const why = describeReason(reason);
            assert.equal(verdict, allowed ? "allow" : "deny", `${text}: ${why}`);
            assert.ok(why.includes(because ?? ""), `${text}: it is "${why}"`);
          }
        });
      }
    });
  }

  it("is told where a probe cannot be read", () => {
    assert.throws(() => readProbe("web to db"), /a probe reads/);
    assert.throws(() => readProbe("web > nobody tcp/80: allow"), /nobody is called nobody/);
    assert.throws(() => readProbe("web > db tcpp/80: allow"), /no protocol is called tcpp/);
  });
});
