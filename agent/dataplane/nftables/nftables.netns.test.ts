import type { PolicyInput } from "../../../policy/graph/policy-graph.ts";
import { DataplaneLab } from "../io/dataplane-lab.ts";
import { assertGolden } from "../io/golden.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { fullSampleResources, sampleOutput, sampleResources } from "../sim/sample-policy.ts";

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
      const lab = new DataplaneLab(`manx-policy-${process.pid}-sample`, "nftables", options);
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
