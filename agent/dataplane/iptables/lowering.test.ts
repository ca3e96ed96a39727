import { assertGolden } from "../io/golden.ts";
import { defaultOptions } from "../options.ts";
import { sampleOutput } from "../sim/sample-policy.ts";
import { lowered } from "./sim/lowered.ts";
import { ipsetText, restoreText } from "./sim/restore-text.ts";

describe("iptables text", () => {
  for (const family of ["ipv4", "ipv6"] as const) {
    it(`says the sample policy for ${family}`, () => {
      const { tables, ipsets } = lowered([sampleOutput()], family, { ...defaultOptions, floatingAddresses: true });
      assertGolden(new URL(`./testdata/sample.${family}.ipset.golden`, import.meta.url), ipsetText(ipsets));
      assertGolden(new URL(`./testdata/sample.${family}.iptables.golden`, import.meta.url), restoreText(tables));
    });
  }
});
