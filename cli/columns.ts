import { type Kind, kinds } from "../datastore/model/resource.ts";
import type { Resource, ResourceOf } from "../datastore/model/schemas.ts";
import { CliError } from "./error.ts";
import { asText } from "./go-format.ts";

/** What a cell may need beside the object itself. */
export interface TableContext {
  /** The AS number of nodes that name none. */
  readonly defaultAsn: string;
}

type Cell<R> = (resource: R, context: TableContext) => string;

/** The columns of a kind: those of `ps`, those of `wide`, and what stands in each. */
interface Columns<R> {
  readonly ps: readonly string[];
  readonly wide: readonly string[];
  readonly cells: Readonly<Record<string, Cell<R>>>;
}

const join = (values: readonly string[] | undefined): string => (values ?? []).join(",");
/** Go prints an absent pointer so. */
const pointer = (value: number | undefined): string => (value === undefined ? "<nil>" : String(value));
const name = (resource: Resource): string => resource.metadata.name;

function pairs(labels: Readonly<Record<string, string>> | undefined): string {
  const all = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return all.sort((x, y) => (x < y ? -1 : 1)).join(",");
}

function columns<R extends Resource>(ps: string, wide: string, cells: Record<string, Cell<R>>): Columns<R> {
  return { ps: ps.split(" "), wide: wide.split(" "), cells: { NAME: name, ...cells } };
}

type PolicyKind = "NetworkPolicy" | "GlobalNetworkPolicy" | "StagedNetworkPolicy" | "StagedGlobalNetworkPolicy";

function policyColumns<K extends PolicyKind>(): Columns<ResourceOf<K>> {
  return columns<ResourceOf<PolicyKind>>("NAME TIER", "NAME TIER ORDER SELECTOR", {
    TIER: ({ spec }) => spec.tier ?? "default",
    ORDER: ({ spec }) => pointer(spec.order),
    SELECTOR: ({ spec }) => spec.selector ?? "",
  }) as Columns<ResourceOf<K>>;
}

function bgpPeerNode({ spec }: ResourceOf<"BGPPeer">): string {
  return spec.node || spec.nodeSelector || "(global)";
}

function nodeAsn({ spec }: ResourceOf<"Node">, { defaultAsn }: TableContext): string {
  if (!spec.bgp) return "";
  return spec.bgp.asNumber === undefined ? `(${defaultAsn})` : asText(spec.bgp.asNumber);
}

const poolWide = "NAME CIDR NAT IPIPMODE VXLANMODE DISABLED DISABLEBGPEXPORT SELECTOR ASSIGNMENTMODE";

/** Source: Calico calicoctl/resourcemgr, one row a file there. */
const table: { readonly [K in Kind]: Columns<ResourceOf<K>> } = {
  BGPConfiguration: columns("NAME LOGSEVERITY MESHENABLED ASNUMBER", "NAME LOGSEVERITY MESHENABLED ASNUMBER", {
    LOGSEVERITY: ({ spec }) => spec.logSeverityScreen ?? "",
    MESHENABLED: ({ spec }) => String(spec.nodeToNodeMeshEnabled ?? "-"),
    ASNUMBER: ({ spec }) => (spec.asNumber === undefined ? "-" : asText(spec.asNumber)),
  }),
  BGPFilter: columns("NAME", "NAME EXPORTV4 IMPORTV4 EXPORTV6 IMPORTV6", {
    EXPORTV4: ({ spec }) => String(spec.exportV4?.length ?? 0),
    IMPORTV4: ({ spec }) => String(spec.importV4?.length ?? 0),
    EXPORTV6: ({ spec }) => String(spec.exportV6?.length ?? 0),
    IMPORTV6: ({ spec }) => String(spec.importV6?.length ?? 0),
  }),
  BGPPeer: columns("NAME PEERIP NODE ASN", "NAME PEERIP NODE ASN", {
    PEERIP: ({ spec }) => spec.peerIP ?? "",
    NODE: bgpPeerNode,
    ASN: ({ spec }) => asText(spec.asNumber),
  }),
  CalicoNodeStatus: columns("NAME NODE", "NAME NODE CLASSES", {
    NODE: ({ spec }) => spec.node ?? "",
    CLASSES: ({ spec }) => join(spec.classes),
  }),
  ClusterInformation: columns(
    "NAME CLUSTERGUID CLUSTERTYPE CALICOVERSION DATASTOREREADY",
    "NAME CLUSTERGUID CLUSTERTYPE CALICOVERSION DATASTOREREADY",
    {
      CLUSTERGUID: ({ spec }) => spec.clusterGUID ?? "",
      CLUSTERTYPE: ({ spec }) => spec.clusterType ?? "",
      CALICOVERSION: ({ spec }) => spec.calicoVersion ?? "",
      DATASTOREREADY: ({ spec }) => String(spec.datastoreReady ?? "<nil>"),
    },
  ),
  FelixConfiguration: columns("NAME", "NAME", {}),
  GlobalNetworkPolicy: policyColumns<"GlobalNetworkPolicy">(),
  GlobalNetworkSet: columns("NAME", "NAME NETS", { NETS: ({ spec }) => join(spec.nets) }),
  HostEndpoint: columns("NAME NODE", "NAME NODE INTERFACE IPS PROFILES", {
    NODE: ({ spec }) => spec.node ?? "",
    INTERFACE: ({ spec }) => spec.interfaceName ?? "",
    IPS: ({ spec }) => join(spec.expectedIPs),
    PROFILES: ({ spec }) => join(spec.profiles),
  }),
  IPAMConfiguration: columns(
    "NAME STRICTAFFINITY AUTOALLOCATEBLOCKS",
    "NAME STRICTAFFINITY AUTOALLOCATEBLOCKS MAXBLOCKSPERHOST",
    {
      STRICTAFFINITY: ({ spec }) => String(spec.strictAffinity ?? false),
      AUTOALLOCATEBLOCKS: ({ spec }) => String(spec.autoAllocateBlocks ?? true),
      MAXBLOCKSPERHOST: ({ spec }) => String(spec.maxBlocksPerHost ?? 0),
    },
  ),
  IPPool: columns("NAME CIDR SELECTOR", poolWide, {
    CIDR: ({ spec }) => spec.cidr,
    SELECTOR: ({ spec }) => spec.nodeSelector ?? "",
    NAT: ({ spec }) => String(spec.natOutgoing ?? false),
    IPIPMODE: ({ spec }) => spec.ipipMode || "Never",
    VXLANMODE: ({ spec }) => spec.vxlanMode || "Never",
    DISABLED: ({ spec }) => String(spec.disabled ?? false),
    DISABLEBGPEXPORT: ({ spec }) => String(spec.disableBGPExport ?? false),
    ASSIGNMENTMODE: ({ spec }) => spec.assignmentMode ?? "Automatic",
  }),
  IPReservation: columns("NAME", "NAME CIDRS", { CIDRS: ({ spec }) => join(spec.reservedCIDRs) }),
  KubeControllersConfiguration: columns("NAME", "NAME", {}),
  NetworkPolicy: policyColumns<"NetworkPolicy">(),
  NetworkSet: columns("NAME", "NAME NETS", { NETS: ({ spec }) => join(spec.nets) }),
  Node: columns("NAME", "NAME ASN IPV4 IPV6", {
    ASN: nodeAsn,
    IPV4: ({ spec }) => spec.bgp?.ipv4Address ?? "",
    IPV6: ({ spec }) => spec.bgp?.ipv6Address ?? "",
  }),
  Profile: columns("NAME", "NAME LABELS", { LABELS: ({ spec }) => pairs(spec.labelsToApply) }),
  StagedGlobalNetworkPolicy: policyColumns<"StagedGlobalNetworkPolicy">(),
  StagedKubernetesNetworkPolicy: columns("NAME", "NAME TYPES", { TYPES: ({ spec }) => join(spec.policyTypes) }),
  StagedNetworkPolicy: policyColumns<"StagedNetworkPolicy">(),
  Tier: columns("NAME ORDER", "NAME ORDER", { ORDER: ({ spec }) => pointer(spec.order) }),
  WorkloadEndpoint: columns("WORKLOAD NODE NETWORKS INTERFACE", "NAME WORKLOAD NODE NETWORKS INTERFACE PROFILES NATS", {
    WORKLOAD: ({ spec }) => spec.workload || spec.pod || "",
    NODE: ({ spec }) => spec.node ?? "",
    NETWORKS: ({ spec }) => join(spec.ipNetworks),
    INTERFACE: ({ spec }) => spec.interfaceName ?? "",
    PROFILES: ({ spec }) => join(spec.profiles),
    NATS: ({ spec }) => join(spec.ipNATs?.map(({ internalIP, externalIP }) => `{${internalIP} ${externalIP}}`)),
  }),
};

/** Columns that every kind has when they are asked for. */
const extraCells: Readonly<Record<string, Cell<Resource>>> = {
  NAMESPACE: ({ metadata }) => metadata.namespace ?? "",
};

/** The heading that a word of `custom-columns` means, in any case. @throws CliError */
function headingOf(kind: Kind, word: string): string {
  const known = [...Object.keys(table[kind].cells), ...(kinds[kind].namespaced ? Object.keys(extraCells) : [])];
  const heading = known.find((each) => each === word.toUpperCase());
  if (heading !== undefined) return heading;
  throw new CliError(`unknown output column '${word}' of ${kind}; one of ${known.join(", ")} would be right`);
}

/**
 * The objects of one kind as rows under their headings, the namespace in front when asked for.
 * `chosen` names the columns and their order instead. @throws CliError when a kind does not have one of them
 */
export function tableRows(
  kind: Kind,
  resources: readonly Resource[],
  form: { readonly wide: boolean; readonly namespaces: boolean; readonly chosen?: readonly string[] },
  context: TableContext,
): readonly (readonly string[])[] {
  const of = table[kind] as unknown as Columns<Resource>;
  const headings = form.chosen?.map((heading) => headingOf(kind, heading)) ?? (form.wide ? of.wide : of.ps);
  const rows = resources.map((resource) => {
    const cells = headings.map((heading) => (of.cells[heading] ?? extraCells[heading]!)(resource, context));
    return form.namespaces ? [resource.metadata.namespace ?? "", ...cells] : cells;
  });
  return [form.namespaces ? ["NAMESPACE", ...headings] : headings, ...rows];
}
