import assert from "node:assert/strict";
import { calicoGolden } from "../io/calico-golden.ts";
import { parseJson } from "../json.ts";
import { apiVersion, type Kind, kinds } from "../model/resource.ts";
import { problemText } from "../problem.ts";
import { validate } from "../validate.ts";

const checkSelector = (text: string) => (text.includes("!!!") ? "no selector at '!!!'" : undefined);

function problems(kind: Kind, spec: object, metadata: object = {}): readonly string[] {
  const namespace = kinds[kind].namespaced ? { namespace: "prod" } : {};
  const value = { kind, apiVersion, metadata: { name: "x", ...namespace, ...metadata }, spec };
  const result = validate(value, checkSelector);
  return result.ok ? [] : result.problems.map(problemText);
}

/** Kind, spec, metadata beside the name, and exactly what is said; `GNP ` and its like stand for the object's name. */
type Wrong = readonly [kind: Kind, spec: object, metadata: object, said: string];

const http = (value: object) => ({ ingress: [{ action: "Allow", protocol: "TCP", http: value }] });
const from = (source: object, more: object = {}) => ({ ingress: [{ action: "Allow", ...more, source }] });
const template = (value: object) => ({ controllers: { node: { hostEndpoint: { templates: [value] } } } });
const filter = (value: object) => ({ exportV4: [{ action: "Accept", ...value }] });
const endpoint = { node: "n1", orchestrator: "k8s", pod: "p", endpoint: "eth0" };
const endpointName = { name: "n1-k8s-p-eth0" };
const pool = { cidr: "10.0.0.0/16" };
const status = { node: "n1", classes: ["BGP"], updatePeriodSeconds: 10 };

const policies: readonly Wrong[] = [
  [
    "NetworkPolicy",
    from({ nets: ["10.0.0.1"] }),
    {},
    "spec.ingress[0].source.nets[0] = '10.0.0.1': a rule wants CIDRs; 10.0.0.1/32 would be right",
  ],
  [
    "NetworkPolicy",
    from({ notNets: ["10.0.0.1/8"] }),
    {},
    "spec.ingress[0].source.notNets[0] = '10.0.0.1/8': host bits are set; 10.0.0.0/8 would be right",
  ],
  [
    "NetworkPolicy",
    from({ ports: [0] }, { protocol: "TCP" }),
    {},
    "spec.ingress[0].source.ports[0] = 0: a port 1 to 65535 is wanted",
  ],
  [
    "NetworkPolicy",
    from({ notPorts: ["0:9"] }, { protocol: "TCP" }),
    {},
    "spec.ingress[0].source.notPorts[0] = '0:9': a port 1 to 65535 is wanted",
  ],
  [
    "NetworkPolicy",
    from({ namespaceSelector: "global() || has(x)" }),
    {},
    "spec.ingress[0].source.namespaceSelector = 'global() || has(x)': global() must stand alone",
  ],
  [
    "NetworkPolicy",
    from({}, { notProtocol: "ICMP", ipVersion: 6 }),
    {},
    "spec.ingress[0].notProtocol = 'ICMP': ICMP wants ipVersion 4",
  ],
  [
    "NetworkPolicy",
    from({}, { notProtocol: 58, ipVersion: 4 }),
    {},
    "spec.ingress[0].notProtocol = 58: ICMPv6 wants ipVersion 6",
  ],
  [
    "NetworkPolicy",
    { ingress: [{ action: "Allow", destination: { services: { name: "s" } } }] },
    {},
    'spec.ingress[0].destination.services = {"name":"s"}: ingress rules may name services only in source',
  ],
  [
    "NetworkPolicy",
    { egress: [{ action: "Allow", source: { services: { name: "s" } } }] },
    {},
    'spec.egress[0].source.services = {"name":"s"}: egress rules may name services only in destination',
  ],
  [
    "NetworkPolicy",
    { egress: [{ action: "Allow", http: { methods: ["GET"] } }] },
    {},
    'spec.egress[0].http = {"methods":["GET"]}: only ingress rules may look at HTTP',
  ],
  [
    "NetworkPolicy",
    http({ methods: ["GET", "GET"] }),
    {},
    'spec.ingress[0].http.methods = ["GET","GET"]: each method may stand once',
  ],
  [
    "NetworkPolicy",
    http({ paths: [{ exact: "/a", prefix: "/b" }] }),
    {},
    'spec.ingress[0].http.paths[0] = {"exact":"/a","prefix":"/b"}: either exact or prefix is wanted, not both',
  ],
  ["NetworkPolicy", http({ paths: [{}] }), {}, "spec.ingress[0].http.paths[0] = {}: exact or prefix is wanted"],
  [
    "NetworkPolicy",
    http({ paths: [{ exact: "a" }] }),
    {},
    "spec.ingress[0].http.paths[0].exact = 'a': a path begins with '/' and has no '?', '#' or space",
  ],
  [
    "NetworkPolicy",
    http({ paths: [{ prefix: "/a?b" }] }),
    {},
    "spec.ingress[0].http.paths[0].prefix = '/a?b': a path begins with '/' and has no '?', '#' or space",
  ],
  [
    "GlobalNetworkPolicy",
    { namespaceSelector: "global()" },
    {},
    "spec.namespaceSelector = 'global()': global() means something only in the namespaceSelector of a rule",
  ],
  [
    "GlobalNetworkPolicy",
    from({ services: { name: "s" } }),
    {},
    'spec.ingress[0].source.services = {"name":"s"}: needs a namespace',
  ],
  ["StagedGlobalNetworkPolicy", { preDNAT: true }, {}, "spec.preDNAT = true: needs applyOnForward true"],
  [
    "StagedGlobalNetworkPolicy",
    { doNotTrack: true, preDNAT: true, applyOnForward: true },
    {},
    "spec.preDNAT = true: may not stand beside doNotTrack",
  ],
  [
    "StagedNetworkPolicy",
    { stagedAction: "Delete", selector: "all()" },
    {},
    "spec.selector = 'all()': a staged deletion says nothing but its tier; leave it out",
  ],
  [
    "StagedNetworkPolicy",
    from({ nets: ["10.0.0.1"] }),
    {},
    "spec.ingress[0].source.nets[0] = '10.0.0.1': a rule wants CIDRs; 10.0.0.1/32 would be right",
  ],
  [
    "StagedKubernetesNetworkPolicy",
    { stagedAction: "Delete", podSelector: { matchLabels: { a: "b" } } },
    {},
    'spec.podSelector = {"matchLabels":{"a":"b"}}: a staged deletion says nothing but its tier; leave it out',
  ],
  [
    "StagedKubernetesNetworkPolicy",
    { podSelector: { matchExpressions: [{ key: "a", operator: "Equals" }] } },
    {},
    "spec.podSelector.matchExpressions[0].operator = 'Equals': In, NotIn, Exists, DoesNotExist are possible",
  ],
  [
    "Profile",
    { egress: [{ action: "Allow", destination: { nets: ["fd00::1"] } }] },
    {},
    "spec.egress[0].destination.nets[0] = 'fd00::1': a rule wants CIDRs; fd00::1/128 would be right",
  ],
];

const cluster: readonly Wrong[] = [
  ["Tier", { order: 5 }, { name: "default" }, "spec.order = 5: it is built in; 1000000 would be right"],
  ["Tier", {}, { name: "kube-admin" }, "spec.order is missing: it is built in; 1000 would be right"],
  [
    "GlobalNetworkSet",
    {},
    { labels: { "projectcalico.org/namespace": "a" } },
    "metadata.labels['projectcalico.org/namespace'] = 'a': Calico adds it by itself; leave it out",
  ],
  [
    "Profile",
    {},
    { annotations: { "a b": "c" } },
    "metadata.annotations['a b'] = 'c': its key is 'name' or 'dns.prefix/name', the name at most 63",
  ],
  [
    "IPPool",
    { ...pool, namespaceSelector: "global()", allowedUses: ["Workload"] },
    {},
    "spec.namespaceSelector = 'global()': a pod always has a namespace: global() selects nothing",
  ],
  [
    "IPPool",
    { ...pool, namespaceSelector: "all()", allowedUses: ["Workload", "Tunnel"] },
    {},
    "spec.namespaceSelector = 'all()': may not stand beside the use Tunnel",
  ],
  ["IPPool", { ...pool, blockSize: 19 }, {}, "spec.blockSize = 19: 20 to 32 is wanted"],
  ["IPPool", { ...pool, assignmentMode: "Auto" }, {}, "spec.assignmentMode = 'Auto': Automatic, Manual are possible"],
  [
    "IPPool",
    { ...pool, allowedUses: ["LoadBalancer"], disableBGPExport: true },
    {},
    "spec.disableBGPExport = true: LoadBalancer wants false",
  ],
  [
    "IPPool",
    { ...pool, allowedUses: ["LoadBalancer"], nodeSelector: "has(x)" },
    {},
    "spec.nodeSelector = 'has(x)': LoadBalancer wants all()",
  ],
  [
    "IPAMConfiguration",
    { maxBlocksPerHost: 3 },
    { name: "default" },
    "spec.maxBlocksPerHost = 3: needs strictAffinity true",
  ],
  [
    "IPAMConfiguration",
    { ipCooldownSeconds: 1201 },
    { name: "default" },
    "spec.ipCooldownSeconds = 1201: at most 1200 is wanted",
  ],
  [
    "Node",
    { addresses: [{ address: "n1.example", type: "InternalIP" }] },
    {},
    "spec.addresses[0].address = 'n1.example': an address or a CIDR is wanted",
  ],
  [
    "Node",
    { addresses: [{ address: "10.0.0.1", type: "Internal" }] },
    {},
    "spec.addresses[0].type = 'Internal': one of CalicoNodeIP, InternalIP, ExternalIP is wanted",
  ],
  [
    "CalicoNodeStatus",
    { ...status, node: "" },
    {},
    "spec.node = '': the name of a node is wanted: lower case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253",
  ],
  [
    "CalicoNodeStatus",
    { ...status, classes: [] },
    {},
    "spec.classes = []: one at least of Agent, BGP, Routes is wanted",
  ],
  [
    "CalicoNodeStatus",
    { ...status, classes: ["BGP", "BGP"] },
    {},
    'spec.classes = ["BGP","BGP"]: each class may stand once',
  ],
  [
    "CalicoNodeStatus",
    { node: "n1", classes: ["BGP"] },
    {},
    "spec.updatePeriodSeconds is missing: 0 to 86400 seconds is wanted, 0 for never",
  ],
  [
    "KubeControllersConfiguration",
    { logSeverityScreen: "Loud" },
    { name: "default" },
    "spec.logSeverityScreen = 'Loud': one of None, Debug, Info, Warning, Error, Fatal, Panic is wanted",
  ],
  [
    "KubeControllersConfiguration",
    template({ generateName: "a" }),
    { name: "default" },
    "spec.controllers.node.hostEndpoint.templates[0].interfaceCIDRs is missing: this or interfacePattern is wanted",
  ],
  [
    "KubeControllersConfiguration",
    template({ interfacePattern: "(" }),
    { name: "default" },
    "spec.controllers.node.hostEndpoint.templates[0].interfacePattern = '(': a regular expression is wanted",
  ],
  [
    "KubeControllersConfiguration",
    { controllers: { node: { leakGracePeriod: "15" } } },
    { name: "default" },
    "spec.controllers.node.leakGracePeriod = '15': a duration such as '90s', '1m30s' or '500ms' is wanted",
  ],
  [
    "KubeControllersConfiguration",
    { controllers: { nodes: {} } },
    { name: "default" },
    "spec.controllers.nodes = {}: there is no such field; node would be right",
  ],
  [
    "HostEndpoint",
    { node: "n1", interfaceName: "eth0", ports: [{ name: "SSH", protocol: "TCP", port: 22 }] },
    {},
    "spec.ports[0].name = 'SSH': 1 to 15 of lower case letters, digits and single '-' inside, one letter at least, are wanted",
  ],
  [
    "HostEndpoint",
    { node: "n1", interfaceName: "eth0", ports: [{ name: "ping", protocol: "ICMP", port: 22 }] },
    {},
    "spec.ports[0].protocol = 'ICMP': TCP, UDP or SCTP is wanted: others have no ports",
  ],
  [
    "HostEndpoint",
    { node: "n1", interfaceName: "eth0:1" },
    {},
    "spec.interfaceName = 'eth0:1': an interface's name or '*' is wanted",
  ],
  [
    "WorkloadEndpoint",
    { ...endpoint, ports: [{ protocol: "TCP", port: 80 }] },
    endpointName,
    "spec.ports[0].name is missing: a name is wanted, or a hostPort",
  ],
  [
    "WorkloadEndpoint",
    { ...endpoint, ipNetworks: ["10.0.0.1/32"], ipNATs: [{ internalIP: "10.0.0.2", externalIP: "fd00::1" }] },
    endpointName,
    "spec.ipNATs[0].internalIP = '10.0.0.2': one of ipNetworks is wanted",
  ],
  [
    "WorkloadEndpoint",
    { ...endpoint, ipNetworks: ["10.0.0.0/31"] },
    endpointName,
    "spec.ipNetworks[0] = '10.0.0.0/31': one address is wanted, as /32 or /128",
  ],
];

const bgp: readonly Wrong[] = [
  [
    "BGPConfiguration",
    { asNumber: 64513 },
    { name: "node.n1" },
    "spec.asNumber = 64513: only BGPConfiguration(default) may say this; leave it out",
  ],
  [
    "BGPConfiguration",
    { serviceClusterIPs: [{ cidr: "10.0.0.0/8" }] },
    { name: "node.n1" },
    'spec.serviceClusterIPs = [{"cidr":"10.0.0.0/8"}]: only BGPConfiguration(default) may say this; leave it out',
  ],
  [
    "BGPConfiguration",
    { serviceExternalIPs: [{ cidr: "10.0.0.1/8" }] },
    { name: "default" },
    "spec.serviceExternalIPs[0].cidr = '10.0.0.1/8': host bits are set; 10.0.0.0/8 would be right",
  ],
  [
    "BGPConfiguration",
    { prefixAdvertisements: [{ cidr: "10.0.0.0/8", communities: ["65536:1"] }] },
    { name: "default" },
    "spec.prefixAdvertisements[0].communities[0] = '65536:1': numbers up to 65535 are wanted",
  ],
  [
    "BGPConfiguration",
    { prefixAdvertisements: [{ cidr: "10.0.0.0/8", communities: ["blue"] }] },
    { name: "default" },
    "spec.prefixAdvertisements[0].communities[0] = 'blue': its name does not stand in communities",
  ],
  [
    "BGPConfiguration",
    { prefixAdvertisements: [{ cidr: "10.0.0.0/8" }] },
    { name: "default" },
    "spec.prefixAdvertisements[0].communities is missing: one community at least is wanted",
  ],
  [
    "BGPConfiguration",
    { ignoredInterfaces: ["*"] },
    { name: "default" },
    "spec.ignoredInterfaces[0] = '*': an interface's name, '*' for a part of it, is wanted",
  ],
  [
    "BGPConfiguration",
    { nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: "2m" },
    { name: "default" },
    "spec.nodeMeshMaxRestartTime = '2m': needs nodeToNodeMeshEnabled true",
  ],
  [
    "BGPFilter",
    filter({ cidr: "10.0.0.1/8", matchOperator: "In" }),
    {},
    "spec.exportV4[0].cidr = '10.0.0.1/8': host bits are set; 10.0.0.0/8 would be right",
  ],
  [
    "BGPFilter",
    filter({ interface: "eth0 " }),
    {},
    "spec.exportV4[0].interface = 'eth0 ': 1 to 15 of letters, digits, '_', '.', '-' and '*' are wanted",
  ],
  [
    "BGPFilter",
    filter({ cidr: "10.0.0.0/8", matchOperator: "In", prefixLength: { min: 24, max: 16 } }),
    {},
    'spec.exportV4[0].prefixLength = {"min":24,"max":16}: min may not be more than max',
  ],
  [
    "BGPFilter",
    filter({ operations: [{}] }),
    {},
    "spec.exportV4[0].operations[0] = {}: exactly one of addCommunity, prependASPath, setPriority is wanted",
  ],
  [
    "BGPFilter",
    filter({ communities: { values: ["1:4294967296:1"] } }),
    {},
    "spec.exportV4[0].communities.values[0] = '1:4294967296:1': numbers up to 4294967295 are wanted",
  ],
  [
    "BGPPeer",
    { peerIP: "10.0.0.1", asNumber: 1, filters: ["My Filter"] },
    {},
    "spec.filters[0] = 'My Filter': no name: lower case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253",
  ],
  [
    "BGPPeer",
    { peerIP: "10.0.0.1", asNumber: 1, ttlSecurity: 256 },
    {},
    "spec.ttlSecurity = 256: at most 255 is wanted",
  ],
  [
    "BGPPeer",
    { peerIP: "10.0.0.1", asNumber: 1, keepOriginalNextHop: true, nextHopMode: "Self" },
    {},
    "spec.nextHopMode = 'Self': may not stand beside keepOriginalNextHop",
  ],
];

const felix: readonly (readonly [spec: object, said: string])[] = [
  [
    { logSeverityScreen: "Inf" },
    "spec.logSeverityScreen = 'Inf': one of Trace, Debug, Info, Warning, Error, Fatal is wanted",
  ],
  [{ logSeverityScreen: "info" }, "spec.logSeverityScreen = 'info': 'Info' would be right"],
  [{ defaultEndpointToHostAction: "ACCEPT" }, "spec.defaultEndpointToHostAction = 'ACCEPT': 'Accept' would be right"],
  [{ iptablesBackend: "nft" }, "spec.iptablesBackend = 'nft': 'NFT' would be right"],
  [{ healthPort: 65536 }, "spec.healthPort = 65536: a whole number 0 to 65535 is wanted"],
  [{ prometheusMetricsPort: 1.5 }, "spec.prometheusMetricsPort = 1.5: a whole number 0 to 65535 is wanted"],
  [{ goGCThreshold: -2 }, "spec.goGCThreshold = -2: a whole number, -1 or more, is wanted"],
  [{ bpfMapSizeRoute: 0.5 }, "spec.bpfMapSizeRoute = 0.5: a whole number is wanted"],
  [
    { routeRefreshInterval: "10us" },
    "spec.routeRefreshInterval = '10us': a duration in ms, s, m and h is wanted: '1m30s'",
  ],
  [
    { routeRefreshInterval: "90" },
    "spec.routeRefreshInterval = '90': a duration such as '90s', '1m30s' or '500ms' is wanted",
  ],
  [{ mtuIfacePattern: "(" }, "spec.mtuIfacePattern = '(': a regular expression is wanted"],
  [{ natOutgoingAddress: "fd00::1" }, "spec.natOutgoingAddress = 'fd00::1': an IPv4 address is wanted"],
  [
    { deviceRouteSourceAddressIPv6: "10.0.0.1" },
    "spec.deviceRouteSourceAddressIPv6 = '10.0.0.1': an IPv6 address is wanted",
  ],
  [{ kubeNodePortRanges: ["http"] }, "spec.kubeNodePortRanges[0] = 'http': a number or 'first:last' is wanted"],
  [
    { kubeNodePortRanges: [1, 2, 3, 4, 5, 6, 7, 8] },
    "spec.kubeNodePortRanges = [1,2,3,4,5,6,7,8]: at most 7 ranges are wanted",
  ],
  [
    { failsafeInboundHostPorts: [{ protocol: "ICMP", port: 1 }] },
    "spec.failsafeInboundHostPorts[0].protocol = 'ICMP': TCP, UDP or SCTP is wanted",
  ],
  [
    { failsafeOutboundHostPorts: [{ protocol: "tcp", port: 1, net: "x" }] },
    "spec.failsafeOutboundHostPorts[0].net = 'x': a CIDR is wanted",
  ],
  [{ externalNodesList: ["fd00::/8"] }, "spec.externalNodesList[0] = 'fd00::/8': an IPv4 CIDR is wanted"],
  [
    { routeTableRange: { min: 1, max: 251 } },
    'spec.routeTableRange = {"min":1,"max":251}: a range within 1 to 250 is wanted',
  ],
  [
    { routeTableRanges: [{ min: 1, max: 70000 }] },
    'spec.routeTableRanges = [{"min":1,"max":70000}]: at most 65535 tables together are wanted',
  ],
  [
    { featureDetectOverride: "X" },
    "spec.featureDetectOverride = 'X': a list such as 'SNATFullyRandom=true,X=' is wanted",
  ],
  [{ openstackRegion: "East" }, "spec.openstackRegion = 'East': one DNS label of at most 46 is wanted"],
  [
    { bpfConntrackTimeouts: { udpTimeout: "soon" } },
    "spec.bpfConntrackTimeouts.udpTimeout = 'soon': a duration or 'Auto' is wanted",
  ],
  [
    { programClusterRoutes: "Always" },
    "spec.programClusterRoutes = 'Always': one of Disabled, EnabledIPIPOnly, EnabledNoEncapOnly, Enabled is wanted",
  ],
  [{ ipv4NormalRoutePriority: 0 }, "spec.ipv4NormalRoutePriority = 0: a whole number 1 to 2147483646 is wanted"],
  [{ nodeSelector: "has(x)" }, "spec.nodeSelector = 'has(x)': 'default' says already which nodes; leave it out"],
];

/** Odd, but Calico takes it. */
const odd: readonly (readonly [kind: Kind, spec: object, metadata?: object])[] = [
  ["Node", {}],
  ["Node", { bgp: { ipv4Address: "10.0.0.1" } }],
  ["Node", { bgp: { asNumber: "0.64512", routeReflectorClusterID: "" } }],
  ["IPPool", { cidr: "10.0.0.0/30", disabled: true }],
  ["IPPool", { cidr: "10.0.0.1/32", blockSize: 32 }],
  ["IPPool", { ...pool, ipipMode: "", vxlanMode: "" }],
  ["IPPool", { ...pool, allowedUses: [] }],
  ["IPPool", { ...pool, ipipMode: "Always" }],
  ["IPReservation", { reservedCIDRs: ["10.0.0.1/8", "fd00::1"] }],
  ["BGPConfiguration", {}, { name: "anything" }],
  ["BGPConfiguration", { asNumber: 0 }, { name: "default" }],
  ["BGPConfiguration", { listenPort: 178 }, { name: "node.n1" }],
  ["BGPPeer", { peerIP: "10.0.0.1", asNumber: "1.10", password: { secretKeyRef: { key: "k" } } }],
  ["BGPPeer", { peerIP: "", peerSelector: "all()", nodeSelector: "" }],
  ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 1, keepOriginalNextHop: false, nextHopMode: "Keep" }],
  ["BGPFilter", { exportV4: [], importV6: [{ action: "Accept" }] }],
  ["BGPFilter", filter({ interface: "*" })],
  ["GlobalNetworkPolicy", { order: -0.5, selector: "", types: [] }],
  ["GlobalNetworkPolicy", { tier: "", ingress: [{ action: "Deny" }] }],
  ["GlobalNetworkPolicy", from({ namespaceSelector: " global( ) " })],
  ["GlobalNetworkPolicy", from({ nets: ["0.0.0.0/0"] })],
  ["GlobalNetworkPolicy", from({ ports: ["80", "0080:81", "_x.y"] }, { protocol: "tcp" })],
  ["GlobalNetworkPolicy", from({}, { protocol: "6", notProtocol: "TCP" })],
  ["GlobalNetworkPolicy", from({}, { action: "Log", protocol: "UDPLite" })],
  ["GlobalNetworkPolicy", from({ services: { name: "s", namespace: "n" }, ports: [] })],
  ["GlobalNetworkPolicy", {}, { name: "default.web" }],
  ["NetworkPolicy", from({ services: { name: "s" } })],
  ["NetworkPolicy", http({}), {}],
  ["NetworkPolicy", {}, { name: "knp.default.a.b.c" }],
  ["StagedNetworkPolicy", { stagedAction: "Delete", selector: "", ingress: [] }],
  ["StagedGlobalNetworkPolicy", { stagedAction: "Ignore" }],
  ["StagedKubernetesNetworkPolicy", {}],
  ["StagedKubernetesNetworkPolicy", { ingress: [{ ports: [{ port: "http" }], from: [{}] }] }],
  ["NetworkSet", { nets: ["10.0.0.1/8", "10.0.0.1", "fd00::/8"] }],
  ["HostEndpoint", { node: "n1", expectedIPs: ["10.0.0.1"], interfaceName: "" }],
  ["HostEndpoint", { node: "n1", interfaceName: "*", ports: [{ name: "x-1", protocol: 132, port: 1 }] }],
  ["WorkloadEndpoint", { ...endpoint, ports: [{ protocol: "TCP", port: 80, hostPort: 8080 }] }, endpointName],
  ["WorkloadEndpoint", { ...endpoint, mac: "", interfaceName: "" }, endpointName],
  ["Tier", { defaultAction: "Pass" }, { annotations: { "Example.COM/Key": "any text\n" } }],
  ["FelixConfiguration", { logSeverityScreen: "", bpfLogLevel: "", reportingInterval: "0s" }],
  ["FelixConfiguration", { chainInsertMode: "append", routeSource: "workloadips", bpfEnforceRPF: "LOOSE" }],
  ["FelixConfiguration", { failsafeInboundHostPorts: [{ port: 22 }, { protocol: "", port: 0 }] }],
  ["FelixConfiguration", { nodeSelector: "has(x)" }, { name: "gpu" }],
  ["FelixConfiguration", { dataplaneWatchdogTimeout: "1h2m3.5s", nftablesRefreshInterval: "10us" }],
  [
    "KubeControllersConfiguration",
    { controllers: { node: {}, policy: {} }, prometheusMetricsPort: 0 },
    { name: "default" },
  ],
  ["CalicoNodeStatus", { ...status, updatePeriodSeconds: 0 }],
  ["ClusterInformation", { clusterType: "k8s,,bgp", datastoreReady: false }, { name: "default" }],
  ["IPAMConfiguration", { maxBlocksPerHost: 0, strictAffinity: false }, { name: "default" }],
];

describe("what people write", () => {
  for (const [kind, spec, metadata, said] of [...policies, ...cluster, ...bgp]) {
    it(`refuses ${kind}: ${said}`.slice(0, 140), () => {
      const name = (metadata as { readonly name?: string }).name ?? "x";
      const object = `${kind}(${kinds[kind].namespaced ? "prod/" : ""}${name})`;
      assert.equal(problems(kind, spec, metadata)[0]?.replace(`${kind}(x)`, object), `${object}: ${said}`);
    });
  }

  for (const [spec, said] of felix) {
    it(`refuses FelixConfiguration: ${said}`, () =>
      assert.deepEqual(problems("FelixConfiguration", spec, { name: "default" }), [
        `FelixConfiguration(default): ${said}`,
      ]));
  }

  for (const [kind, spec, metadata] of odd) {
    it(`takes ${kind} ${JSON.stringify({ ...metadata, ...spec })}`.slice(0, 140), () =>
      assert.deepEqual(problems(kind, spec, metadata), []),
    );
  }

  it("has a row for a rule: sixty wrong documents and thirty odd ones at least", () => {
    assert(policies.length + cluster.length + bgp.length + felix.length >= 60);
    assert(odd.length >= 30);
  });

  it("takes everything that Calico wrote, of every kind and version", () => {
    for (const { kind, key, value } of calicoGolden()) {
      if (!key.includes("/resources/")) continue;
      const parsed = parseJson(value);
      assert(parsed.ok);
      const result = validate(parsed.value, checkSelector);
      assert.deepEqual(result.ok ? [] : result.problems.map(problemText), [], `${kind} ${key}`);
    }
  });
});
