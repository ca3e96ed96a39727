/** Somebody who sends or receives in a scenario; addresses of both families as text. */
export interface Player {
  readonly ipv4: string;
  readonly ipv6: string;
  /** The node's interface towards it; absent for the node itself. */
  readonly interfaceName?: string;
}

/**
 * Who is in every scenario: four pods of the node (web, db and client in namespace shop, blog in namespace blog), a pod of shop on
 * another node, somebody outside, and the node itself.
 */
export const cast: Readonly<Record<string, Player>> = {
  web: { ipv4: "10.65.0.1", ipv6: "fd00:65::1", interfaceName: "cali1" },
  db: { ipv4: "10.65.0.2", ipv6: "fd00:65::2", interfaceName: "cali2" },
  client: { ipv4: "10.65.0.3", ipv6: "fd00:65::3", interfaceName: "cali3" },
  blog: { ipv4: "10.65.0.4", ipv6: "fd00:65::4", interfaceName: "cali4" },
  far: { ipv4: "10.65.1.5", ipv6: "fd00:65:1::5", interfaceName: "up0" },
  outside: { ipv4: "10.65.1.6", ipv6: "fd00:65:1::6", interfaceName: "up0" },
  node: { ipv4: "10.66.0.1", ipv6: "fd00:66::1" },
};

/** Service addresses, and whom kube-proxy would send to instead. */
export const services: Readonly<Record<string, { readonly at: Player; readonly backend: string }>> = {
  "db-service": { at: { ipv4: "10.99.0.1", ipv6: "fd00:99::1" }, backend: "db" },
  "far-service": { at: { ipv4: "10.99.0.2", ipv6: "fd00:99::2" }, backend: "far" },
  "node-service": { at: { ipv4: "10.99.0.3", ipv6: "fd00:99::3" }, backend: "node" },
};

/** What the datastore holds before a scenario adds its own: namespaces that allow everything, the default tier, the pods. */
export const setting: string = [
  "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: { name: default }\nspec: { order: 1000000, defaultAction: Deny }",
  namespace("shop"),
  namespace("blog"),
  pod("web", "shop", "node-a"),
  pod("db", "shop", "node-a"),
  pod("client", "shop", "node-a"),
  pod("blog", "blog", "node-a"),
  pod("far", "shop", "node-b"),
].join("\n---\n");

function namespace(name: string): string {
  return `apiVersion: projectcalico.org/v3
kind: Profile
metadata: { name: kns.${name} }
spec:
  labelsToApply:
    pcns.projectcalico.org/name: ${name}
    pcns.kubernetes.io/metadata.name: ${name}
    pcns.team: team-${name}
  ingress: [{ action: Allow }]
  egress: [{ action: Allow }]`;
}

function pod(name: string, inNamespace: string, node: string): string {
  const { ipv4, ipv6, interfaceName } = cast[name]!;
  return `apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata:
  name: ${node.replaceAll("-", "--")}-k8s-${name}-eth0
  namespace: ${inNamespace}
  labels:
    app: ${name}
    projectcalico.org/namespace: ${inNamespace}
    projectcalico.org/orchestrator: k8s
    projectcalico.org/serviceaccount: ${name}
spec:
  node: ${node}
  orchestrator: k8s
  pod: ${name}
  endpoint: eth0
  interfaceName: ${node === "node-a" ? interfaceName : "cali9"}
  ipNetworks: ["${ipv4}/32", "${ipv6}/128"]
  profiles: [kns.${inNamespace}]
  serviceAccountName: ${name}
  ports:
    - { name: sql, protocol: TCP, port: 5432 }
    - { name: http, protocol: TCP, port: 8080 }`;
}

/** The cast as a lab lays it out around the node. */
export const castNet = {
  interfaces: ["cali1", "cali2", "cali3", "cali4", "up0"].map((name) => ({
    name,
    addresses: Object.values(cast).flatMap((player) =>
      player.interfaceName === name ? [player.ipv4, player.ipv6] : [],
    ),
  })),
  own: [cast["node"]!.ipv4, cast["node"]!.ipv6],
  translated: Object.values(services).flatMap(({ at, backend }) =>
    (["ipv4", "ipv6"] as const).map((family) => [at[family], cast[backend]![family]] as const),
  ),
};
