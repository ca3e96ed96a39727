import { parsePrefix } from "../../../net/prefix.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";

const far = parsePrefix("10.65.1.4/31")!;
const far6 = parsePrefix("fd00:67::/64")!;

function world(more: Partial<FirewallOptions>): FirewallOptions {
  return { ...defaultOptions, ...more };
}

/** What nodes are told beside the policy, such that every option is another at least once: a firewall is compared in each of them. */
export const optionWorlds: readonly FirewallOptions[] = [
  defaultOptions,
  world({
    endpointToHost: "Accept",
    sourceSpoofing: "Any",
    failsafes: {
      inbound: [
        { protocol: 6, port: 22, net: far },
        { protocol: 17, port: 53, net: far6 },
        { protocol: 132, port: 80 },
      ],
      outbound: [
        { protocol: 6, port: 80, net: far },
        { protocol: 6, port: 443, net: far6 },
        { protocol: 6, port: 443, net: far },
      ],
    },
  }),
  world({
    endpointToHost: "Return",
    failsafes: { inbound: [], outbound: [] },
    denyAction: "Reject",
    serviceLoopPrevention: "Reject",
    dropGroup: 7,
  }),
  world({
    endpointToHost: "Return",
    allowAction: "Return",
    preDnatAllowAction: "Return",
    workloadEncapsulation: { vxlan: true, ipip: true },
    dropInvalid: false,
    natExclusions: "IPPoolsAndHostIPs",
  }),
  world({
    endpointToHost: "Accept",
    sourceSpoofing: "Any",
    serviceLoopPrevention: "Disabled",
    workloadEncapsulation: { vxlan: true, ipip: false },
    marks: { accept: 0x100000, pass: 0x4000000, final: 0x80000 },
    floatingAddresses: true,
    denyAction: "Reject",
    allowAction: "Return",
    logRate: { rate: 5, per: "minute", burst: 7 },
    natPorts: { from: 40_000, to: 50_000 },
    natInterfaces: "up+",
  }),
];
