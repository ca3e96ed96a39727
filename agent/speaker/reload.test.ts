import assert from "node:assert/strict";
import { load } from "js-yaml";
import { planText } from "../../bgp/plan/plan-text.ts";
import { speakerArguments } from "./arguments.ts";
import { readSpeakerConfig, type SpeakerSettings } from "./config.ts";
import { planSettings, reloadObstacles } from "./reload.ts";

function settings(text: string): SpeakerSettings {
  const reading = readSpeakerConfig(load(`asn: 65000\nrouterId: 10.0.0.1\n${text}`));
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.settings;
}

describe("another file for a running speaker", () => {
  it("is asked for by --plan, options in any order", () => {
    assert.deepEqual(speakerArguments(["--config", "a"]), { config: "a", plan: undefined });
    assert.deepEqual(speakerArguments(["--plan", "b", "--config", "a"]), { config: "a", plan: "b" });
    for (const wrong of [[], ["--config"], ["--plan", "b"], ["--config", "a", "--config", "b"], ["--confg", "a"]]) {
      assert.equal(speakerArguments(wrong), undefined, wrong.join(" "));
    }
  });

  it("says that metrics elsewhere need a restart", () => {
    const steps = planSettings(settings("peers: []"), settings("metrics: { port: 9102 }"));
    assert.deepEqual(
      steps.map(({ action, fields }) => [action, fields.map(({ field }) => field)]),
      [["restart", ["metrics"]]],
    );
  });

  it("is planned with everything in it: peers by their fields, a filter by whom it concerns, the kernel", () => {
    const filters = (verdict: string): string =>
      `filters: [{ name: f, otherwise: ${verdict}, terms: [] }]\npeers:
  - { address: 10.0.0.2, asn: 65001, importFilter: f }
  - { address: 10.0.0.3, asn: 65001, holdTimeSeconds: 90 }\n`;
    assert.deepEqual(planSettings(settings(filters("accept")), settings(filters("accept"))), []);
    const steps = planSettings(settings(filters("accept")), settings(`${filters("reject")}kernel: {}\nmaxPaths: 4`));
    assert.equal(
      planText(steps),
      `restart  speaker                only a restart of the process does this
                  maxPaths      reset: another one is another speaker
                  kernel        reset: opened at the start
refresh  peer     10.0.0.2      its session stays
                  importFilter  import: import judges again what the peer has sent
`,
    );
  });

  it("is refused when it needs parts that only a start makes", () => {
    const plain = settings("peers: [{ address: 10.0.0.2, asn: 65001 }]");
    const asking = settings("peers: [{ address: 10.0.0.2, asn: 65001, password: hush, bfd: true }]");
    assert.equal(reloadObstacles(plain, asking).length, 2);
    assert.ok(!reloadObstacles(plain, asking).join().includes("hush"));
    assert.deepEqual(reloadObstacles(asking, plain), []);
  });
});
