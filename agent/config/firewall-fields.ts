import { defaultOptions } from "../dataplane/options.ts";
import { failsafePorts } from "./failsafe-ports.ts";
import { boolean, duration, type Field, field, integer, liveField, oneOf, text } from "./field.ts";
import { addressOrNone, interfaceFilter, logRateOrNone, markMask, portRangeOrNone } from "./firewall-readings.ts";

const { failsafes } = defaultOptions;

/** Felix's knobs of the firewall, whichever it is. */
const either = {
  defaultEndpointToHostAction: liveField(
    "FELIX_DEFAULTENDPOINTTOHOSTACTION",
    oneOf("Drop", "Return", "Accept"),
    "Drop",
    "what happens to traffic from a workload to its own host after its egress policy",
  ),
  failsafeInboundHostPorts: liveField(
    "FELIX_FAILSAFEINBOUNDHOSTPORTS",
    failsafePorts,
    failsafes.inbound,
    "ports of host endpoints that stay open to whoever asks, whatever policies say",
  ),
  failsafeOutboundHostPorts: liveField(
    "FELIX_FAILSAFEOUTBOUNDHOSTPORTS",
    failsafePorts,
    failsafes.outbound,
    "ports that host endpoints may always ask of others, whatever policies say",
  ),
  serviceLoopPrevention: liveField(
    "FELIX_SERVICELOOPPREVENTION",
    oneOf("Drop", "Reject", "Disabled"),
    "Drop",
    "what happens to forwarded packets for service addresses that nobody translated",
  ),
  floatingIPs: liveField(
    "FELIX_FLOATINGIPS",
    oneOf("Disabled", "Enabled"),
    "Disabled",
    "whether addresses outside are translated to those of endpoints (ipNATs)",
  ),
  workloadSourceSpoofing: liveField(
    "FELIX_WORKLOADSOURCESPOOFING",
    oneOf("Disabled", "Any"),
    "Disabled",
    "whether allowSpoofedSourcePrefixes of a workload are obeyed",
  ),
  allowVXLANPacketsFromWorkloads: liveField(
    "FELIX_ALLOWVXLANPACKETSFROMWORKLOADS",
    boolean,
    false,
    "whether workloads may send VXLAN themselves",
  ),
  allowIPIPPacketsFromWorkloads: liveField(
    "FELIX_ALLOWIPIPPACKETSFROMWORKLOADS",
    boolean,
    false,
    "whether workloads may send IP in IP themselves",
  ),
  disableConntrackInvalidCheck: liveField(
    "FELIX_DISABLECONNTRACKINVALIDCHECK",
    boolean,
    false,
    "whether packets that conntrack calls invalid are left to policy",
  ),
  logPrefix: liveField(
    "FELIX_LOGPREFIX",
    text,
    "calico-packet",
    "what log rules write in front of a packet; %t is the policy's tier, %k its kind, %n its name, %p namespace/name",
  ),
  logActionRateLimit: liveField(
    "FELIX_LOGACTIONRATELIMIT",
    logRateOrNone,
    "none",
    "how often one log rule writes at most",
  ),
  logActionRateLimitBurst: liveField(
    "FELIX_LOGACTIONRATELIMITBURST",
    integer(1, 9999),
    5,
    "how many packets a log rule writes before its limit counts",
  ),
} satisfies Record<string, Field<unknown>>;

/** Felix's knobs of outgoing address translation. */
const translation = {
  natPortRange: liveField("FELIX_NATPORTRANGE", portRangeOrNone, "none", "ports that translated connections take"),
  natOutgoingAddress: liveField(
    "FELIX_NATOUTGOINGADDRESS",
    addressOrNone,
    "none",
    "what outgoing traffic is translated to; none: the address of the interface it leaves by",
  ),
  natOutgoingExclusions: liveField(
    "FELIX_NATOUTGOINGEXCLUSIONS",
    oneOf("IPPoolsOnly", "IPPoolsAndHostIPs"),
    "IPPoolsOnly",
    "where traffic goes untranslated: to pools, or to the nodes' addresses too",
  ),
  iptablesNATOutgoingInterfaceFilter: liveField(
    "FELIX_IPTABLESNATOUTGOINGINTERFACEFILTER",
    interfaceFilter,
    "",
    "only what leaves by interfaces of this name is translated, with either firewall",
  ),
} satisfies Record<string, Field<unknown>>;

/** Felix's knobs that one firewall has and the other not. */
const each = {
  nftablesMode: field(
    "FELIX_NFTABLESMODE",
    oneOf("Auto", "Enabled", "Disabled"),
    "Auto",
    "which firewall: Enabled forces nftables, Disabled iptables; Auto takes nftables where the kernel does",
  ),
  iptablesBackend: field(
    "FELIX_IPTABLESBACKEND",
    oneOf("Auto", "NFT", "Legacy"),
    "Auto",
    "which iptables, where it is to be iptables: Auto takes what others on this host use",
  ),
  nftablesMarkMask: field(
    ["FELIX_NFTABLESMARKMASK", "FELIX_IPTABLESMARKMASK"],
    markMask,
    0xffff0000,
    "packet mark bits that are ours with nftables",
  ),
  iptablesMarkMask: field(
    "FELIX_IPTABLESMARKMASK",
    markMask,
    0xffff0000,
    "packet mark bits that are ours with iptables",
  ),
  nftablesFilterAllowAction: liveField(
    "FELIX_NFTABLESFILTERALLOWACTION",
    oneOf("Accept", "Return"),
    "Accept",
    "what becomes of a packet that everybody allowed",
  ),
  nftablesMangleAllowAction: liveField(
    "FELIX_NFTABLESMANGLEALLOWACTION",
    oneOf("Accept", "Return"),
    "Accept",
    "likewise before DNAT",
  ),
  nftablesFilterDenyAction: liveField(
    "FELIX_NFTABLESFILTERDENYACTION",
    oneOf("Drop", "Reject"),
    "Drop",
    "what becomes of a packet that policy denies",
  ),
  iptablesFilterAllowAction: liveField(
    "FELIX_IPTABLESFILTERALLOWACTION",
    oneOf("Accept", "Return"),
    "Accept",
    "what becomes of a packet that everybody allowed",
  ),
  iptablesMangleAllowAction: liveField(
    "FELIX_IPTABLESMANGLEALLOWACTION",
    oneOf("Accept", "Return"),
    "Accept",
    "likewise before DNAT",
  ),
  iptablesFilterDenyAction: liveField(
    "FELIX_IPTABLESFILTERDENYACTION",
    oneOf("Drop", "Reject"),
    "Drop",
    "what becomes of a packet that policy denies",
  ),
  maxIpsetSize: liveField("FELIX_MAXIPSETSIZE", integer(1, 0xffffffff), 1_048_576, "most members of one ipset"),
  nftablesRefreshInterval: field(
    "FELIX_NFTABLESREFRESHINTERVAL",
    duration,
    180,
    "seconds after which the table is looked at though nobody told of a change; 0: never",
  ),
  iptablesRefreshInterval: field(
    "FELIX_IPTABLESREFRESHINTERVAL",
    duration,
    180,
    "seconds after which the chains are looked at again; 0: never",
  ),
  ipsetsRefreshInterval: field(
    "FELIX_IPSETSREFRESHINTERVAL",
    duration,
    90,
    "seconds after which the ipsets are looked at again; 0: never",
  ),
} satisfies Record<string, Field<unknown>>;

/** Felix's knobs that a firewall has, named as the fields of FelixConfiguration. */
export const firewallFields = { ...either, ...translation, ...each };
