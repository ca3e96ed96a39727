import { isLabelKey } from "../model/label.ts";
import type { Profile } from "../model/profile.ts";
import type { Kind } from "../model/resource.ts";
import type { Resource, ResourceOf } from "../model/schemas.ts";
import { checkBGPConfiguration, checkBGPFilter, checkBGPPeer } from "./bgp.ts";
import { checkHostEndpoint, checkWorkloadEndpoint } from "./endpoint.ts";
import type { Complain, WrittenFault } from "./fault.ts";
import { checkFelix } from "./felix.ts";
import { checkControllers, checkNetworkSet, checkNode, checkNodeStatus, checkPool, checkTier } from "./others.ts";
import { checkDeletion, checkPolicy } from "./policy.ts";
import { checkRules } from "./rule.ts";

type Check<K extends Kind> = (resource: ResourceOf<K>, complain: Complain) => void;

function checkStaged(
  policy: ResourceOf<"StagedGlobalNetworkPolicy" | "StagedNetworkPolicy">,
  complain: Complain,
): void {
  checkDeletion(policy, complain);
  checkPolicy(policy, complain);
}

function checkProfile({ spec }: Profile, complain: Complain): void {
  checkRules(spec.ingress ?? [], ["spec", "ingress"], complain);
  checkRules(spec.egress ?? [], ["spec", "egress"], complain);
}

const checks: { readonly [K in Kind]?: Check<K> } = {
  BGPConfiguration: checkBGPConfiguration,
  BGPFilter: checkBGPFilter,
  BGPPeer: checkBGPPeer,
  CalicoNodeStatus: checkNodeStatus,
  FelixConfiguration: checkFelix,
  GlobalNetworkPolicy: checkPolicy,
  GlobalNetworkSet: checkNetworkSet,
  HostEndpoint: checkHostEndpoint,
  IPPool: checkPool,
  KubeControllersConfiguration: checkControllers,
  NetworkPolicy: checkPolicy,
  NetworkSet: checkNetworkSet,
  Node: checkNode,
  Profile: checkProfile,
  StagedGlobalNetworkPolicy: checkStaged,
  StagedKubernetesNetworkPolicy: checkDeletion,
  StagedNetworkPolicy: checkStaged,
  Tier: checkTier,
  WorkloadEndpoint: checkWorkloadEndpoint,
};

/**
 * What Calico refuses when a person writes it, in a resource whose shape is right. It is kept apart from the schemas, because
 * what lies in the store already must be read all the same: an older Calico, or another tool, may have written it.
 */
export function writtenFaults(resource: Resource): readonly WrittenFault[] {
  const faults: WrittenFault[] = [];
  const complain: Complain = (path, want) => {
    faults.push({ path, want });
  };
  for (const key of Object.keys(resource.metadata.annotations ?? {})) {
    if (!isLabelKey(key.toLowerCase()))
      complain(["metadata", "annotations", key], "its key is 'name' or 'dns.prefix/name', the name at most 63");
  }
  const check = checks[resource.kind] as ((resource: Resource, complain: Complain) => void) | undefined;
  check?.(resource, complain);
  return faults;
}
