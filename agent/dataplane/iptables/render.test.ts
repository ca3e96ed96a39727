import { PolicyState } from "../../../policy/policy-state.ts";
import { assertGolden } from "../io/golden.ts";
import { defaultOptions } from "../options.ts";
import { sampleOutput } from "../sim/sample-policy.ts";
import { ipsetRestore } from "./ipset.ts";
import { renderIptables } from "./render.ts";
import { restoreText } from "./table-text.ts";

describe("iptables text", () => {
  for (const family of ["ipv4", "ipv6"] as const) {
    it(`says the sample policy for ${family}`, () => {
      const state = new PolicyState();
      state.apply(sampleOutput());
      const { sets, tables } = renderIptables(state, family, defaultOptions);
      assertGolden(new URL(`./testdata/sample.${family}.ipset.golden`, import.meta.url), ipsetRestore(sets));
      assertGolden(new URL(`./testdata/sample.${family}.iptables.golden`, import.meta.url), restoreText(tables, true));
    });
  }
});
