import type * as z from "zod";
import { bgpConfigurationSchema } from "./bgp-configuration.ts";
import { bgpFilterSchema } from "./bgp-filter.ts";
import { bgpPeerSchema } from "./bgp-peer.ts";
import { calicoNodeStatusSchema } from "./calico-node-status.ts";
import { clusterInformationSchema } from "./cluster-information.ts";
import { felixConfigurationSchema } from "./felix-configuration.ts";
import type { Frozen } from "./frozen.ts";
import { globalNetworkPolicySchema } from "./global-network-policy.ts";
import { hostEndpointSchema } from "./host-endpoint.ts";
import { ipPoolSchema } from "./ip-pool.ts";
import { ipReservationSchema } from "./ip-reservation.ts";
import { ipamConfigurationSchema } from "./ipam-configuration.ts";
import { kubeControllersConfigurationSchema } from "./kube-controllers-configuration.ts";
import { networkPolicySchema } from "./network-policy.ts";
import { globalNetworkSetSchema, networkSetSchema } from "./network-set.ts";
import { nodeSchema } from "./node.ts";
import { profileSchema } from "./profile.ts";
import type { Kind } from "./resource.ts";
import { stagedKubernetesNetworkPolicySchema } from "./staged-kubernetes-network-policy.ts";
import { stagedGlobalNetworkPolicySchema, stagedNetworkPolicySchema } from "./staged-policy.ts";
import { tierSchema } from "./tier.ts";
import { workloadEndpointSchema } from "./workload-endpoint.ts";

/** The schema of every kind: shape, limits, and what the fields say about each other. */
export const schemas = {
  BGPConfiguration: bgpConfigurationSchema,
  BGPFilter: bgpFilterSchema,
  BGPPeer: bgpPeerSchema,
  CalicoNodeStatus: calicoNodeStatusSchema,
  ClusterInformation: clusterInformationSchema,
  FelixConfiguration: felixConfigurationSchema,
  GlobalNetworkPolicy: globalNetworkPolicySchema,
  GlobalNetworkSet: globalNetworkSetSchema,
  HostEndpoint: hostEndpointSchema,
  IPAMConfiguration: ipamConfigurationSchema,
  IPPool: ipPoolSchema,
  IPReservation: ipReservationSchema,
  KubeControllersConfiguration: kubeControllersConfigurationSchema,
  NetworkPolicy: networkPolicySchema,
  NetworkSet: networkSetSchema,
  Node: nodeSchema,
  Profile: profileSchema,
  StagedGlobalNetworkPolicy: stagedGlobalNetworkPolicySchema,
  StagedKubernetesNetworkPolicy: stagedKubernetesNetworkPolicySchema,
  StagedNetworkPolicy: stagedNetworkPolicySchema,
  Tier: tierSchema,
  WorkloadEndpoint: workloadEndpointSchema,
} as const satisfies Record<Kind, z.ZodType>;

/** The type of a kind's objects: `ResourceOf<"IPPool">` is `IPPool`. */
export type ResourceOf<K extends Kind> = Frozen<z.infer<(typeof schemas)[K]>>;

/** An object of any kind, told apart by `kind`. */
export type Resource = { [K in Kind]: ResourceOf<K> }[Kind];
