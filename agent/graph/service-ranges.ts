import { addressBits } from "../../net/family.ts";
import { masked, type Prefix, parsePrefix, prefixKey } from "../../net/prefix.ts";
import type { BgpSettings } from "./bgp-settings.ts";

/** Addresses of Kubernetes services, as BGP deals with them. */
export interface ServiceRanges {
  /** What this node announces whole. */
  readonly announced: readonly Prefix[];
  /** Everything that services may have: packets for it are kube-proxy's, so no route of BGP for it enters the kernel. */
  readonly all: readonly Prefix[];
}

/** Nodes with this label, set to true, are not to be sent the traffic of load balancers (Kubernetes). */
const excludedLabel = "node.kubernetes.io/exclude-from-external-load-balancers";

/**
 * The ranges of `serviceClusterIPs`, `serviceExternalIPs` and `serviceLoadBalancerIPs`. They are announced whole, by every
 * node. What Calico announces address by address, from the nodes that have endpoints, is not announced: single external and
 * load balancer addresses, and all of these with serviceLoadBalancerAggregation Disabled; services are not in an etcd
 * datastore. Source: Calico confd/pkg/backends/calico/routes.go.
 */
export function serviceRanges(settings: BgpSettings, labels: Readonly<Record<string, string>>): ServiceRanges {
  const read = (blocks: BgpSettings["serviceClusterIPs"]): Prefix[] =>
    (blocks ?? []).flatMap(({ cidr }) => {
      const prefix = parsePrefix(cidr);
      return prefix ? [masked(prefix)] : [];
    });
  const isWhole = ({ family, length }: Prefix): boolean => length < addressBits[family];
  const cluster = read(settings.serviceClusterIPs);
  const external = read(settings.serviceExternalIPs);
  const balanced = read(settings.serviceLoadBalancerIPs);
  const isBalancer = labels[excludedLabel] !== "true" && settings.serviceLoadBalancerAggregation !== "Disabled";
  return {
    announced: unique([...cluster, ...[...external, ...(isBalancer ? balanced : [])].filter(isWhole)]),
    all: unique([...cluster, ...external, ...balanced]),
  };
}

/** Each once, in the order of their keys. */
function unique(prefixes: readonly Prefix[]): readonly Prefix[] {
  const byKey = new Map(prefixes.map((prefix) => [prefixKey(prefix), prefix]));
  return [...byKey].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, prefix]) => prefix);
}
