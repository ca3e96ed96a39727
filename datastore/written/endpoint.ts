import { parseAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import type { HostEndpoint } from "../model/host-endpoint.ts";
import { isName, nameWant } from "../model/name.ts";
import { hasPorts } from "../model/protocol.ts";
import type { WorkloadEndpoint } from "../model/workload-endpoint.ts";
import type { Complain } from "./fault.ts";
import { checkNames, checkPortName } from "./name.ts";

const portProtocols = "TCP, UDP or SCTP is wanted: others have no ports";

/** Complains of what Calico does not let people write in a HostEndpoint. */
export function checkHostEndpoint({ spec }: HostEndpoint, complain: Complain): void {
  if (spec.node && !isName(spec.node)) complain(["spec", "node"], `no name: ${nameWant}`);
  checkNames(spec.profiles ?? [], ["spec", "profiles"], complain);
  for (const [i, { name, protocol }] of (spec.ports ?? []).entries()) {
    checkPortName(name, ["spec", "ports", i, "name"], complain);
    if (!hasPorts(protocol)) complain(["spec", "ports", i, "protocol"], portProtocols);
  }
}

/** Complains of what Calico does not let people write in a WorkloadEndpoint. */
export function checkWorkloadEndpoint({ spec }: WorkloadEndpoint, complain: Complain): void {
  for (const [i, { name, protocol, hostPort }] of (spec.ports ?? []).entries()) {
    if (name) checkPortName(name, ["spec", "ports", i, "name"], complain);
    if (!hasPorts(protocol)) complain(["spec", "ports", i, "protocol"], portProtocols);
    if (!name && !hostPort) complain(["spec", "ports", i, "name"], "a name is wanted, or a hostPort");
  }
  const own = new Set((spec.ipNetworks ?? []).flatMap((text) => parsePrefix(text) ?? []).map(formatPrefix));
  for (const [i, { internalIP, externalIP }] of (spec.ipNATs ?? []).entries()) {
    const [inside, outside] = [parsePrefix(internalIP), parseAddress(externalIP)];
    if (inside && !own.has(formatPrefix(inside)))
      complain(["spec", "ipNATs", i, "internalIP"], "one of ipNetworks is wanted");
    if (inside && outside && inside.family !== outside.family)
      complain(["spec", "ipNATs", i, "externalIP"], "an address of internalIP's family is wanted");
  }
}
