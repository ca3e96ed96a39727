import type { FelixFieldName } from "../model/felix-fields.ts";

/** What people may write in a field of a FelixConfiguration, beside its type. */
export type Legal =
  | { readonly kind: "words"; readonly words: readonly string[]; readonly anyCase: boolean }
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | { readonly kind: "regexp" }
  | { readonly kind: "pattern"; readonly pattern: RegExp; readonly want: string }
  | { readonly kind: "address"; readonly family: "ipv4" | "ipv6" };

const words = (...all: readonly string[]): Legal => ({ kind: "words", words: all, anyCase: false });
const wordsOfAnyCase = (...all: readonly string[]): Legal => ({ kind: "words", words: all, anyCase: true });
const range = (min: number, max: number): Legal => ({ kind: "range", min, max });
const pattern = (text: RegExp, want: string): Legal => ({ kind: "pattern", pattern: text, want });

const onOff = words("Enabled", "Disabled");
const port = range(0, 65535);
const levels = words("Trace", "Debug", "Info", "Warning", "Error", "Fatal");
const acceptReturn = words("Accept", "Return");
const dropReject = words("Drop", "Reject");
const wholeNumber = range(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const size = range(0, 0x7fffffff);
const mark = range(0, 0xffffffff);
const metric = range(1, 2147483646);
const regexp: Legal = { kind: "regexp" };
const deviceName = pattern(/^[a-zA-Z0-9_.-]{1,15}$/, "1 to 15 of letters, digits, '_', '.' and '-' are wanted");
const keyValues = (value: string) => new RegExp(`^([a-zA-Z0-9_-]+=${value},)*([a-zA-Z0-9_-]+=${value})?$`);

/** The legal values by field. Source: Calico validator/v3, the CRD's patterns and enumerations. An empty text means absent. */
export const felixLegal: { readonly [Name in FelixFieldName]?: Legal } = {
  featureDetectOverride: pattern(keyValues("(true|false|)"), "a list such as 'SNATFullyRandom=true,X=' is wanted"),
  featureGates: pattern(keyValues("[^=,]+"), "a list such as 'Gate=enabled,Other=false' is wanted"),
  maxIpsetSize: size,
  iptablesBackend: words("Auto", "Legacy", "NFT"),
  metadataPort: port,
  openstackRegion: pattern(/^(?=.{1,46}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "one DNS label of at most 46 is wanted"),
  chainInsertMode: wordsOfAnyCase("Insert", "Append"),
  defaultEndpointToHostAction: words("Drop", "Accept", "Return"),
  iptablesFilterAllowAction: acceptReturn,
  iptablesMangleAllowAction: acceptReturn,
  iptablesFilterDenyAction: dropReject,
  logActionRateLimit: pattern(/^[1-9][0-9]*\/(second|minute|hour|day)$/, "a rate such as '100/second' is wanted"),
  logActionRateLimitBurst: range(0, 9999),
  logSeverityFile: levels,
  logSeverityScreen: levels,
  logSeveritySys: levels,
  logDebugFilenameRegex: regexp,
  ipipMTU: size,
  vxlanMTU: size,
  vxlanMTUV6: size,
  vxlanPort: port,
  vxlanVNI: range(0, 0xffffff),
  iptablesMarkMask: mark,
  healthPort: port,
  prometheusMetricsHost: pattern(/^[a-zA-Z0-9:._+-]{1,64}$/, "an address or a host's name of at most 64 is wanted"),
  prometheusMetricsPort: port,
  natOutgoingAddress: { kind: "address", family: "ipv4" },
  natOutgoingExclusions: words("IPPoolsOnly", "IPPoolsAndHostIPs"),
  deviceRouteSourceAddress: { kind: "address", family: "ipv4" },
  deviceRouteSourceAddressIPv6: { kind: "address", family: "ipv6" },
  deviceRouteProtocol: range(0, 255),
  programClusterRoutes: words("Disabled", "EnabledIPIPOnly", "EnabledNoEncapOnly", "Enabled"),
  ipv4NormalRoutePriority: metric,
  ipv6NormalRoutePriority: metric,
  ipv4ElevatedRoutePriority: metric,
  ipv6ElevatedRoutePriority: metric,
  ipForwarding: onOff,
  debugPort: port,
  iptablesNATOutgoingInterfaceFilter: pattern(
    /^[a-zA-Z0-9:._+-]{1,15}$/,
    "1 to 15 of letters, digits, ':', '.', '_', '-' and a '+' for the rest are wanted",
  ),
  nftablesMode: words("Auto", "Enabled", "Disabled"),
  nftablesFilterAllowAction: acceptReturn,
  nftablesMangleAllowAction: acceptReturn,
  nftablesFilterDenyAction: dropReject,
  nftablesMarkMask: mark,
  nftablesFlowTableOffload: onOff,
  bpfLogLevel: words("Off", "Info", "Debug"),
  bpfConntrackLogLevel: words("Off", "Debug"),
  bpfConntrackMode: words("Auto", "Userspace", "BPFProgram"),
  bpfDataIfacePattern: regexp,
  bpfL3IfacePattern: regexp,
  bpfConnectTimeLoadBalancing: words("TCP", "Enabled", "Disabled"),
  bpfHostNetworkedNATWithoutCTLB: onOff,
  bpfExternalServiceMode: words("Tunnel", "DSR"),
  bpfExtToServiceConnmark: mark,
  bpfMapSizeNATFrontend: wholeNumber,
  bpfMapSizeNATBackend: wholeNumber,
  bpfMapSizeNATAffinity: wholeNumber,
  bpfMapSizeRoute: wholeNumber,
  bpfMapSizeConntrack: wholeNumber,
  bpfMapSizePerCpuConntrack: wholeNumber,
  bpfMapSizeConntrackScaling: wordsOfAnyCase("Disabled", "DoubleIfFull"),
  bpfMapSizeConntrackCleanupQueue: range(1, Number.MAX_SAFE_INTEGER),
  bpfMapSizeIPSets: wholeNumber,
  bpfMapSizeIfState: wholeNumber,
  bpfEnforceRPF: wordsOfAnyCase("Disabled", "Strict", "Loose"),
  bpfDisableGROForIfaces: regexp,
  flowLogsPolicyEvaluationMode: words("None", "Continuous"),
  bpfRedirectToPeer: words("Enabled", "Disabled", "L2Only"),
  flowLogsLocalReporter: onOff,
  bpfProfiling: onOff,
  routeSource: wordsOfAnyCase("WorkloadIPs", "CalicoIPAM"),
  wireguardListeningPort: range(1, 65535),
  wireguardListeningPortV6: range(1, 65535),
  wireguardRoutingRulePriority: range(1, 32765),
  wireguardInterfaceName: deviceName,
  wireguardInterfaceNameV6: deviceName,
  wireguardMTU: size,
  wireguardMTUV6: size,
  awsSrcDstCheck: words("DoNothing", "Enable", "Disable"),
  serviceLoopPrevention: words("Drop", "Reject", "Disabled"),
  workloadSourceSpoofing: words("Disabled", "Any"),
  mtuIfacePattern: regexp,
  floatingIPs: onOff,
  windowsManageFirewallRules: onOff,
  goGCThreshold: range(-1, Number.MAX_SAFE_INTEGER),
  goMemoryLimitMB: range(-1, Number.MAX_SAFE_INTEGER),
  goMaxProcs: range(-1, Number.MAX_SAFE_INTEGER),
};
