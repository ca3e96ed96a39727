/**
 * A cluster on a routed fabric: everything a driver raises before the first step. Names are unique over nodes, routers
 * and clients, lower-case letters, digits and hyphens.
 */
export interface Topology {
  readonly name: string;
  /** AS number of the nodes and of the mesh among them. */
  readonly asn: number;
  readonly datastore: Datastore;
  readonly nodes: readonly NodeSpec[];
  readonly routers: readonly RouterSpec[];
  readonly clients: readonly ClientSpec[];
}

/** What keeps the cluster's resources: one file of the machine, or an etcd on the fabric. */
export type Datastore = "embedded" | "etcd";

/** One address a family; both are always there, since a lab that speaks one family proves half. */
export interface Addresses {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** A machine of the cluster: an agent runs on it and pods are attached to it. */
export interface NodeSpec {
  readonly name: string;
  /** On the fabric, without a length; the fabric is one /24 and one /64. */
  readonly addresses: Addresses;
  /** Whether the machine has a default route, by the first router. A pod's gateway must not depend on it. */
  readonly defaultRoute: boolean;
}

/** A router of the data centre: an independent BGP implementation with one eBGP session a family to every node. */
export interface RouterSpec {
  readonly name: string;
  readonly asn: number;
  /** On the fabric. */
  readonly addresses: Addresses;
}

/** A machine that knows nothing of the cluster, on a link of its own behind a router, which advertises that link. */
export interface ClientSpec {
  readonly name: string;
  readonly router: string;
  readonly addresses: Addresses;
  /** The router's addresses on that link: the client's gateways. */
  readonly gateways: Addresses;
}

/** A workload. Its name in lists and verdicts is `namespace/name`. */
export interface PodSpec {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** How a pod is called everywhere in a scenario. */
export function podName(pod: { readonly name: string; readonly namespace: string }): string {
  return `${pod.namespace}/${pod.name}`;
}
