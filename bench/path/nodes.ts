import { execFileSync } from "node:child_process";

/** A node in a namespace between two pods in namespaces of their own. */
export interface PathNode {
  readonly name: string;
  /** Namespaces of the calling and of the called pod. */
  readonly pods: readonly [string, string];
}

/** The addresses of the calling and of the called pod, the same on every node. */
export const podAddresses = ["10.65.0.1", "10.65.0.2"] as const;
/** Their interfaces on the node. */
export const podInterfaces = ["cali1", "cali2"] as const;

const ip = (args: string): string => execFileSync("ip", args.split(" "), { encoding: "utf8", stdio: "pipe" });

/** Makes a node and its pods. The names carry this process's number. Needs root. */
export function makeNode(label: string): PathNode {
  const base = `manx-bench-${process.pid}-${label}`;
  const node = { name: base, pods: [`${base}-a`, `${base}-b`] as const };
  for (const name of [node.name, ...node.pods]) {
    ip(`netns add ${name}`);
    ip(`-n ${name} link set lo up`);
  }
  ip(`netns exec ${node.name} sysctl -qw net.ipv4.ip_forward=1`);
  for (const [at, pod] of node.pods.entries()) {
    const [link, address] = [podInterfaces[at]!, podAddresses[at]!];
    ip(`-n ${node.name} link add ${link} type veth peer name eth0 netns ${pod}`);
    ip(`-n ${node.name} link set ${link} address ee:ee:ee:ee:ee:ee`);
    ip(`-n ${node.name} link set ${link} up`);
    ip(`-n ${node.name} route add ${address} dev ${link}`);
    ip(`-n ${pod} address add ${address}/32 dev eth0`);
    ip(`-n ${pod} link set eth0 up`);
    ip(`-n ${pod} route add 169.254.1.1 dev eth0`);
    ip(`-n ${pod} route add default via 169.254.1.1`);
    ip(`-n ${pod} neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent`);
  }
  return node;
}

/** Takes a node and its pods away. */
export function removeNode({ name, pods }: PathNode): void {
  for (const netns of [...pods, name]) ip(`netns del ${netns}`);
}
