import { defaultOptions, type FirewallOptions, marksOf } from "../dataplane/options.ts";
import type { FelixSettings } from "./felix.ts";

/** Which of Felix's knobs hold: each firewall has its own actions and mark bits. */
type Firewall = "nftables" | "iptables";

function given<T>(value: T | "none" | undefined): T | undefined {
  return value === "none" ? undefined : value;
}

function translation(settings: FelixSettings): Partial<FirewallOptions> {
  const address = given(settings.natOutgoingAddress);
  const ports = given(settings.natPortRange);
  const interfaces = settings.iptablesNATOutgoingInterfaceFilter;
  return {
    ...(address && { natOutgoing: address }),
    ...(ports && { natPorts: ports }),
    ...(interfaces !== "" && { natInterfaces: interfaces }),
  };
}

/** What a firewall is told of Felix's settings. */
export function firewallOptions(settings: FelixSettings, firewall: Firewall): FirewallOptions {
  const isNft = firewall === "nftables";
  const rate = given(settings.logActionRateLimit);
  return {
    ...defaultOptions,
    interfacePrefixes: settings.interfacePrefix,
    endpointToHost: settings.defaultEndpointToHostAction,
    sourceSpoofing: settings.workloadSourceSpoofing,
    failsafes: { inbound: settings.failsafeInboundHostPorts, outbound: settings.failsafeOutboundHostPorts },
    serviceLoopPrevention: settings.serviceLoopPrevention,
    workloadEncapsulation: {
      vxlan: settings.allowVXLANPacketsFromWorkloads,
      ipip: settings.allowIPIPPacketsFromWorkloads,
    },
    marks: marksOf(isNft ? settings.nftablesMarkMask : settings.iptablesMarkMask) ?? defaultOptions.marks,
    logPrefix: `${settings.logPrefix}: `,
    ...(rate && { logRate: { ...rate, burst: settings.logActionRateLimitBurst } }),
    ...translation(settings),
    natExclusions: settings.natOutgoingExclusions,
    denyAction: isNft ? settings.nftablesFilterDenyAction : settings.iptablesFilterDenyAction,
    allowAction: isNft ? settings.nftablesFilterAllowAction : settings.iptablesFilterAllowAction,
    preDnatAllowAction: isNft ? settings.nftablesMangleAllowAction : settings.iptablesMangleAllowAction,
    dropInvalid: !settings.disableConntrackInvalidCheck,
    floatingAddresses: settings.floatingIPs === "Enabled",
    maxMembers: settings.maxIpsetSize,
  };
}
