import { assertGolden } from "../io/golden.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { hostSampleOutput } from "../sim/sample-hosts.ts";
import { sampleOutput } from "../sim/sample-policy.ts";
import { lowered } from "./sim/lowered.ts";
import { ipsetText, restoreText } from "./sim/restore-text.ts";

const samples = {
  sample: { output: sampleOutput, options: defaultOptions },
  hosts: { output: hostSampleOutput, options: { ...defaultOptions, floatingAddresses: true } },
};

/** Everything that is not as it is by default. */
const otherwise: FirewallOptions = {
  ...defaultOptions,
  interfacePrefixes: ["cali", "tap"],
  endpointToHost: "Accept",
  failsafes: { inbound: [{ protocol: 6, port: 22 }], outbound: [] },
  serviceLoopPrevention: "Reject",
  workloadEncapsulation: { vxlan: true, ipip: true },
  marks: { accept: 0x1, pass: 0x2, final: 0x80000000 },
  logPrefix: 'a "log" prefix that is far too long to be one',
  logRate: { rate: 5, per: "minute", burst: 7 },
  natOutgoing: { family: "ipv4", a: 0xc0000201, b: 0, c: 0, d: 0 },
  natPorts: { from: 40000, to: 50000 },
  natInterfaces: "eth+",
  natExclusions: "IPPoolsAndHostIPs",
  denyAction: "Reject",
  allowAction: "Return",
  preDnatAllowAction: "Return",
  dropInvalid: false,
  dropGroup: 42,
};

describe("iptables text", () => {
  const golden = (name: string) => new URL(`./testdata/${name}.golden`, import.meta.url);

  for (const family of ["ipv4", "ipv6"] as const) {
    for (const [name, { output, options }] of Object.entries(samples)) {
      it(`says the ${name} policy for ${family}`, () => {
        const { tables, ipsets } = lowered([output()], family, options);
        assertGolden(golden(`${name}.${family}.ipset`), ipsetText(ipsets));
        assertGolden(golden(`${name}.${family}.iptables`), restoreText(tables));
      });
    }
  }

  it("says it with every option another than by default", () => {
    const { tables } = lowered([hostSampleOutput()], "ipv4", otherwise);
    assertGolden(golden("otherwise.ipv4.iptables"), restoreText(tables));
  });
});
