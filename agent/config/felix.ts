import { boolean, duration, type Field, field, integer, list, liveField, oneOf, text, textOrNone } from "./field.ts";
import { firewallFields } from "./firewall-fields.ts";
import { interfaceExclusion } from "./interface-exclusion.ts";

/**
 * Felix's knobs that this agent obeys, named as the fields of FelixConfiguration; the environment's name is FELIX_ and
 * the same in capitals. Precedence, low to high: default, FelixConfiguration `default`, the oldest whose
 * nodeSelector chooses the node, `node.<name>`, the file felix.cfg, environment.
 */
export const felixFields = {
  ...firewallFields,
  interfacePrefix: field("FELIX_INTERFACEPREFIX", list, ["cali"], "what the names of workload interfaces begin with"),
  ipv6Support: field("FELIX_IPV6SUPPORT", boolean, true, "whether IPv6 is programmed at all"),
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
  interfaceExclude: liveField(
    "FELIX_INTERFACEEXCLUDE",
    interfaceExclusion,
    ["kube-ipvs0"],
    "interfaces whose addresses are not the host's: no host endpoint is found by them",
  ),
  endpointReportingEnabled: liveField(
    "FELIX_ENDPOINTREPORTINGENABLED",
    boolean,
    false,
    "whether the state of each endpoint is told in etcd",
  ),
  endpointReportingDelay: liveField(
    ["FELIX_ENDPOINTREPORTINGDELAY", "FELIX_ENDPOINTREPORTINGDELAYSECS"],
    duration,
    1,
    "seconds between a change of an endpoint's state and the report to etcd",
  ),
  endpointStatusPathPrefix: field(
    "FELIX_ENDPOINTSTATUSPATHPREFIX",
    textOrNone,
    "/var/run/calico",
    "below it the folder endpoint-status has a file for each endpoint that is up; default with another MANX_RUN_DIR: that one",
  ),
  openstackRegion: field("FELIX_OPENSTACKREGION", textOrNone, "", "part of the keys of states in etcd"),
  logSeverityScreen: liveField(
    "FELIX_LOGSEVERITYSCREEN",
    oneOf("Fatal", "Error", "Warning", "Info", "Debug", "Trace", "None"),
    "Info",
    "least severe level that is logged",
  ),
} satisfies Record<string, Field<unknown>>;

/** Felix's knobs as values. */
export type FelixSettings = { readonly [K in keyof typeof felixFields]: (typeof felixFields)[K]["fallback"] };
