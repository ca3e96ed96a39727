import { type Kind, kindNames } from "../datastore/model/resource.ts";

/**
 * The kinds of a migration in Calico's order: what others refer to comes first (Calico calicoctl/commands/datastore/migrate).
 * Names of kinds that we do not know are passed over.
 */
const calicos = [
  "IPPool",
  "BGPPeer",
  "Tier",
  "GlobalNetworkPolicy",
  "StagedGlobalNetworkPolicy",
  "GlobalNetworkSet",
  "HostEndpoint",
  "KubeControllersConfiguration",
  "NetworkPolicy",
  "StagedNetworkPolicy",
  "StagedKubernetesNetworkPolicy",
  "NetworkSet",
  "Node",
  "BGPConfiguration",
  "FelixConfiguration",
  "IPReservation",
  "BGPFilter",
];

/** Kinds that a store of Kubernetes makes up from its own objects, so that Calico's import refuses them. */
const ours = ["Profile", "WorkloadEndpoint", "CalicoNodeStatus"];

/** The kinds of a migration, in the order in which they are written; ClusterInformation and IPAM follow on their own. */
export function migratedKinds(all: boolean): readonly Kind[] {
  return (all ? [...calicos, ...ours] : calicos).flatMap((name) => kindNames.filter((kind) => kind === name));
}

/** Whether a policy was made by Calico from a NetworkPolicy of Kubernetes, which the new datastore makes anew. */
export function isOfKubernetes(name: string): boolean {
  return name.startsWith("knp.");
}

/** What the document of IPAM calls itself: keys and their values as they are. */
export const ipamKind = "IPAMMigration";
