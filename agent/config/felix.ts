import { boolean, type Field, field, integer, list, markMask, oneOf, text } from "./field.ts";

/**
 * Felix's knobs that this agent obeys, named as the fields of FelixConfiguration; the environment's name is FELIX_ and
 * the same in capitals. Precedence, low to high: default, FelixConfiguration `default`, the oldest whose
 * nodeSelector chooses the node, `node.<name>`, environment.
 */
export const felixFields = {
  interfacePrefix: field("FELIX_INTERFACEPREFIX", list, ["cali"], "what the names of workload interfaces begin with"),
  ipv6Support: field("FELIX_IPV6SUPPORT", boolean, true, "whether IPv6 is programmed at all"),
  defaultEndpointToHostAction: field(
    "FELIX_DEFAULTENDPOINTTOHOSTACTION",
    oneOf("Drop", "Return", "Accept"),
    "Drop",
    "what happens to traffic from a workload to its own host after its egress policy",
  ),
  nftablesMode: field(
    "FELIX_NFTABLESMODE",
    oneOf("Auto", "Enabled", "Disabled"),
    "Auto",
    "which firewall: Disabled forces iptables",
  ),
  nftablesMarkMask: field(
    ["FELIX_NFTABLESMARKMASK", "FELIX_IPTABLESMARKMASK"],
    markMask,
    0xffff0000,
    "packet mark bits that are ours",
  ),
  natOutgoingAddress: field("FELIX_NATOUTGOINGADDRESS", text, "", "source address of outgoing NAT; empty: masquerade"),
  ipv4NormalRoutePriority: field(
    "FELIX_IPV4NORMALROUTEPRIORITY",
    integer(1, 2147483646),
    1024,
    "metric of IPv4 workload routes",
  ),
  ipv6NormalRoutePriority: field(
    "FELIX_IPV6NORMALROUTEPRIORITY",
    integer(1, 2147483646),
    1024,
    "metric of IPv6 workload routes",
  ),
  deviceRouteProtocol: field(
    "FELIX_DEVICEROUTEPROTOCOL",
    integer(5, 255),
    77,
    "protocol number of local routes (workloads, blackholes)",
  ),
  workloadSourceSpoofing: field(
    "FELIX_WORKLOADSOURCESPOOFING",
    oneOf("Disabled", "Any"),
    "Disabled",
    "whether allowSpoofedSourcePrefixes of a workload are obeyed",
  ),
  healthEnabled: field("FELIX_HEALTHENABLED", boolean, true, "serve /liveness, /readiness and /status"),
  healthHost: field("FELIX_HEALTHHOST", text, "localhost", "where health is served"),
  healthPort: field("FELIX_HEALTHPORT", integer(1, 65535), 9099, "where health is served"),
  prometheusMetricsEnabled: field("FELIX_PROMETHEUSMETRICSENABLED", boolean, false, "serve /metrics"),
  prometheusMetricsHost: field(
    "FELIX_PROMETHEUSMETRICSHOST",
    text,
    "",
    "where metrics are served; empty: all addresses",
  ),
  prometheusMetricsPort: field("FELIX_PROMETHEUSMETRICSPORT", integer(1, 65535), 9091, "where metrics are served"),
  logSeverityScreen: field(
    "FELIX_LOGSEVERITYSCREEN",
    oneOf("Fatal", "Error", "Warning", "Info", "Debug", "Trace", "None"),
    "Info",
    "least severe level that is logged",
  ),
} satisfies Record<string, Field<unknown>>;

/** Felix's knobs as values. */
export type FelixSettings = { readonly [K in keyof typeof felixFields]: (typeof felixFields)[K]["fallback"] };
