import * as z from "zod";
import { metadataSchema, namespacedMetadataSchema } from "./metadata.ts";

/** The only apiVersion there is. */
export const apiVersion = "projectcalico.org/v3";

/** A kind of resource: how it is called in keys and on the command line (Calico calicoctl/resourcemgr). */
export interface KindRow {
  /** Lower case; part of the key in the store. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Short names on the command line, beside the kind and the plural in any case. */
  readonly aliases: readonly string[];
}

function row(plural: string, aliases: readonly string[] = [], namespaced = false): KindRow {
  return { plural, namespaced, aliases };
}

/** Every kind that is stored under `/calico/resources/v3`, in the order of the alphabet. */
export const kinds = {
  BGPConfiguration: row("bgpconfigurations", ["bgpconfig", "bgpconfigs"]),
  BGPFilter: row("bgpfilters", ["bgpf", "bf"]),
  BGPPeer: row("bgppeers", ["bgpp", "bp"]),
  CalicoNodeStatus: row("caliconodestatuses", ["nodestatus"]),
  ClusterInformation: row("clusterinformations", ["clusterinfo"]),
  FelixConfiguration: row("felixconfigurations", ["felixconfig", "felixconfigs"]),
  GlobalNetworkPolicy: row("globalnetworkpolicies", ["gnp"]),
  GlobalNetworkSet: row("globalnetworksets", ["gnetset", "gnetsets"]),
  HostEndpoint: row("hostendpoints", ["hep"]),
  IPAMConfiguration: row("ipamconfigurations", ["ipamconfig"]),
  IPPool: row("ippools", ["ipp", "pool"]),
  IPReservation: row("ipreservations", ["reservation"]),
  KubeControllersConfiguration: row("kubecontrollersconfigurations", ["kubecontrollersconfig", "kcc", "kccs"]),
  NetworkPolicy: row("networkpolicies", ["np", "policy", "pol"], true),
  NetworkSet: row("networksets", ["netset"], true),
  Node: row("nodes", ["no"]),
  Profile: row("profiles", ["pro"]),
  StagedGlobalNetworkPolicy: row("stagedglobalnetworkpolicies", ["sgnp"]),
  StagedKubernetesNetworkPolicy: row("stagedkubernetesnetworkpolicies", ["sknp"], true),
  StagedNetworkPolicy: row("stagednetworkpolicies", ["snp"], true),
  Tier: row("tiers"),
  WorkloadEndpoint: row("workloadendpoints", ["wep"], true),
} as const satisfies Record<string, KindRow>;

/** The name of a kind, as it stands in `kind:`. */
export type Kind = keyof typeof kinds;

/** Every kind's name, in the order of the alphabet. */
export const kindNames = Object.keys(kinds) as readonly Kind[];

const byFoldedName = new Map<string, Kind>();
for (const kind of kindNames) {
  for (const name of [kind, kinds[kind].plural, ...kinds[kind].aliases]) byFoldedName.set(name.toLowerCase(), kind);
}

/** The kind that a word on the command line means: the kind, its plural or an alias, in any case; or undefined. */
export function kindCalled(word: string): Kind | undefined {
  return byFoldedName.get(word.toLowerCase());
}

/** The schema of a resource that belongs to the whole cluster. */
export function clusterResource<K extends Kind, S extends z.ZodType>(kind: K, spec: S) {
  return z.strictObject({ kind: z.literal(kind), apiVersion: z.literal(apiVersion), metadata: metadataSchema, spec });
}

/** The schema of a resource that belongs to a namespace. */
export function namespacedResource<K extends Kind, S extends z.ZodType>(kind: K, spec: S) {
  return z.strictObject({
    kind: z.literal(kind),
    apiVersion: z.literal(apiVersion),
    metadata: namespacedMetadataSchema,
    spec,
  });
}
