import type { BGPConfiguration } from "../../datastore/model/bgp-configuration.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { Change } from "../../lib/change.ts";
import { type Family, families } from "../../net/family.ts";
import { hostPrefix, masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { MemberDelta } from "../output.ts";
import { ALL_HOSTS, SERVICE_RANGES, type SetId, type SetSpec } from "../set.ts";
import { ContributedSet } from "./contributed-set.ts";

/** The only BGPConfiguration whose ranges count: they are the cluster's, and no node has others. */
const CLUSTER = "default";

/**
 * Vertex: nodes and the cluster's BGP settings in, two sets out that always exist: the addresses of all nodes, and the
 * ranges of services' addresses. Source: Calico felix/calc/dataplane_passthru.go, felix/dataplane/linux/service_loop_mgr.go.
 */
export class ClusterSets {
  readonly #hosts = new ContributedSet(ALL_HOSTS, "addresses of all nodes");
  readonly #services = new ContributedSet(SERVICE_RANGES, "ranges of service addresses");

  onNode(name: string, spec: Node["spec"] | undefined): void {
    this.#hosts.on(name, spec ? families.flatMap((family) => nodeAddresses(spec, family)) : []);
  }

  onBgpConfiguration(name: string, spec: BGPConfiguration["spec"] | undefined): void {
    if (name !== CLUSTER) return;
    const { serviceClusterIPs, serviceExternalIPs, serviceLoadBalancerIPs } = spec ?? {};
    const blocks = [serviceClusterIPs, serviceExternalIPs, serviceLoadBalancerIPs].flatMap((list) => list ?? []);
    this.#services.on(
      name,
      blocks.flatMap(({ cidr }) => {
        const prefix = parsePrefix(cidr);
        return prefix ? [masked(prefix)] : [];
      }),
    );
  }

  flush(sets: Change<SetId, SetSpec>[], members: Map<SetId, MemberDelta>): void {
    this.#hosts.flush(sets, members);
    this.#services.flush(sets, members);
  }
}

/**
 * A node's addresses of one family: that of BGP, else its internal ones, else its external ones.
 * Source: Calico libcalico-go/lib/backend/syncersv1/updateprocessors/felixnodeprocessor.go.
 */
function nodeAddresses({ bgp, addresses = [] }: Node["spec"], family: Family): readonly Prefix[] {
  const ofBgp = family === "ipv4" ? bgp?.ipv4Address : bgp?.ipv6Address;
  const ofType = (...types: readonly string[]) =>
    addresses.filter(({ type }) => types.includes(type ?? "")).map(({ address }) => address);
  for (const texts of [ofBgp ? [ofBgp] : [], ofType("InternalIP", "CalicoNodeIP"), ofType("ExternalIP")]) {
    const found = texts.flatMap((text) => parsePrefix(text) ?? []).filter((prefix) => prefix.family === family);
    if (found.length > 0) return found.map(hostPrefix);
  }
  return [];
}
