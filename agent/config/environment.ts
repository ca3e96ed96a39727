import { boolean, type Field, field, integer, asn as isAsn, nodeAddress, oneOf, routerId, text } from "./field.ts";

/**
 * Every knob that the environment alone decides, because it says who we are. The names are Calico's; which datastore, and
 * how to reach it, is `datastore/store-settings.ts`. This table is the parser, the type and the documentation.
 */
export const environmentFields = {
  nodeName: field(
    ["NODENAME", "FELIX_FELIXHOSTNAME", "CALICO_NODENAME", "HOSTNAME"],
    text,
    "",
    "name of this node in the datastore; default: the host's name",
  ),
  ip: field(
    "IP",
    nodeAddress("ipv4"),
    "autodetect",
    "IPv4 address of this node for BGP, with the length of its subnet",
  ),
  ip6: field("IP6", nodeAddress("ipv6"), "none", "IPv6 address of this node for BGP, with the length of its subnet"),
  asn: field<number | undefined>("AS", isAsn, undefined, "AS number of this node; default: the cluster's"),
  routerId: field<string | undefined>(
    "CALICO_ROUTER_ID",
    routerId,
    undefined,
    "BGP identifier; default: the node's IPv4 address, else a hash of its name",
  ),
  backend: field(
    "CALICO_NETWORKING_BACKEND",
    oneOf("bird", "none"),
    "bird",
    "none: no BGP; any other backend of Calico needs a tunnel and is refused",
  ),
  runDir: field("MANX_RUN_DIR", text, "/run/manx", "folder of the agent's socket"),
  secretsDir: field(
    "MANX_SECRETS_DIR",
    text,
    "/etc/manx/secrets",
    "folder of the Secrets that BGP passwords refer to: the file name/key is the value; read again when it changes",
  ),
  gracefulRestartSeconds: field(
    "MANX_GRACEFUL_RESTART_SECONDS",
    integer(1, 4095),
    120,
    "restart time that we announce to peers (RFC 4724)",
  ),
  listenPort: field<number | undefined>(
    "MANX_BGP_PORT",
    integer(1, 65535),
    undefined,
    "BGP port; default: the cluster's listenPort, 179",
  ),
  configFile: field(
    "FELIX_CONFIGFILE",
    text,
    "/etc/calico/felix.cfg",
    "Felix's configuration file; what it says counts more than the datastore and less than the environment",
  ),
  reevaluateFlows: field(
    "MANX_REEVALUATE_FLOWS",
    boolean,
    false,
    "whether established connections of workloads are judged again when policy changes, and cut when it denies them",
  ),
  debugFacts: field("MANX_DEBUG_FACTS", boolean, false, "log every fact, also those of level debug"),
} satisfies Record<string, Field<unknown>>;

/** What the environment decides, as values. */
export type Environment = { readonly [K in keyof typeof environmentFields]: (typeof environmentFields)[K]["fallback"] };
