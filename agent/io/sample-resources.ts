import type { IPPool } from "../../datastore/model/ip-pool.ts";
import type { Profile } from "../../datastore/model/profile.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";

const apiVersion = "projectcalico.org/v3";

/** The WorkloadEndpoint of pod `<namespace>/<pod>` on node n1, with a MAC that ends in the address's last number. */
export function endpointOf(pod: string, interfaceName: string, address: string): WorkloadEndpoint {
  const last = Number(address.split(".")[3]).toString(16).padStart(2, "0");
  return {
    kind: "WorkloadEndpoint",
    apiVersion,
    metadata: { name: `n1-k8s-${pod}-eth0`, namespace: "blue" },
    spec: {
      orchestrator: "k8s",
      node: "n1",
      pod,
      endpoint: "eth0",
      containerID: pod,
      interfaceName,
      ipNetworks: [`${address}/32`],
      profiles: ["kns.blue"],
      mac: `02:00:00:00:00:${last}`,
    },
  };
}

/** The profile of namespace blue: everything may pass. */
export const blueProfile: Profile = {
  kind: "Profile",
  apiVersion,
  metadata: { name: "kns.blue" },
  spec: { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] },
};

/** A pool of IPv4 addresses. */
export const bluePool: IPPool = {
  kind: "IPPool",
  apiVersion,
  metadata: { name: "blue" },
  spec: { cidr: "10.65.0.0/16", ipipMode: "Never", vxlanMode: "Never", nodeSelector: "all()" },
};
