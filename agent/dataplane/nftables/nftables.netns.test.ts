import assert from "node:assert/strict";
import type { PolicyInput } from "../../../policy/graph/policy-graph.ts";
import { assertGolden } from "../io/golden.ts";
import { NftablesLab } from "../io/nftables-lab.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { disagreement } from "../sim/agreement.ts";
import { fullSampleResources, sampleOutput, sampleResources } from "../sim/sample-policy.ts";

const CASES = 300;

describe("nftables in a namespace", function () {
  this.timeout(120_000);
  const options: FirewallOptions = { ...defaultOptions, endpointToHost: "Return", sourceSpoofing: "Any" };
  const answering: FirewallOptions = {
    ...options,
    denyAction: "Reject",
    serviceLoopPrevention: "Reject",
    dropGroup: 7,
  };
  for (const [what, told, hosts] of [
    ["workloads", options, false],
    ["workloads and host endpoints", options, true],
    ["workloads and host endpoints, denied packets being answered and told of", answering, true],
  ] as const) {
    it(`decides as the reference does about packets of ${CASES} random policy sets of ${what}`, async () => {
      const lab = new NftablesLab(`manx-policy-${process.pid}`, told);
      try {
        await lab.open();
        const seeds = Array.from({ length: CASES }, (_, n) => n + 1);
        const tally = await disagreement(lab, told, seeds, () => {}, { hosts });
        assert.ok(typeof tally === "object", String(tally));
        assert.equal(tally.cases, CASES);
        const share = tally.allowed / tally.packets;
        assert.ok(share > 0.2 && share < 0.8, `${share} of ${tally.packets} packets allowed`);
      } finally {
        lab.close();
      }
    });
  }
});

describe("the table as nft prints it", function () {
  this.timeout(20_000);
  const samples = [
    ["of a plain node", "sample", sampleResources, defaultOptions],
    [
      "of a node that has everything",
      "full-sample",
      fullSampleResources,
      {
        ...defaultOptions,
        sourceSpoofing: "Any",
        floatingAddresses: true,
        natExclusions: "IPPoolsAndHostIPs",
        natPorts: { from: 32768, to: 65535 },
        natInterfaces: "eth+",
        logRate: { rate: 10, per: "minute", burst: 20 },
        dropGroup: 7,
      },
    ],
  ] as const satisfies readonly (readonly [string, string, readonly PolicyInput[], FirewallOptions])[];
  for (const [what, name, resources, options] of samples) {
    it(`${what} reads as a network engineer would have written it`, async () => {
      const lab = new NftablesLab(`manx-policy-${process.pid}-sample`, options);
      try {
        await lab.open();
        await lab.enforce(sampleOutput(resources));
        assertGolden(new URL(`./testdata/${name}.nft.golden`, import.meta.url), lab.lab.list("manx"));
      } finally {
        lab.close();
      }
    });
  }
});
