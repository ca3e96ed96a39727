import { execFileSync } from "node:child_process";

/** A pod of a lab: one address behind one interface of the node, and the MAC that the pod has it at. */
export interface LabPod {
  readonly name: string;
  readonly interfaceName: string;
  readonly address: string;
  readonly mac: string;
}

const HOST_MAC = "ee:ee:ee:ee:ee:ee";

/**
 * A node in a namespace with pods in namespaces of their own. The lab makes the node and routes as an agent would have it, or it joins
 * pods to a node that is there and has an agent; nothing filters.
 */
export class PodsLab {
  /** The node's namespace. */
  readonly name: string;
  /** Its path. */
  readonly netns: string;
  /** Names of the pods' namespaces, in order. */
  readonly pods: readonly string[];
  readonly #layout: readonly LabPod[];
  readonly #isJoined: boolean;

  /** A joined lab's name is that of a namespace that is there. */
  constructor(name: string, pods: readonly LabPod[], isJoined = false) {
    this.name = name;
    this.#layout = pods;
    this.#isJoined = isJoined;
    this.netns = `/run/netns/${name}`;
    this.pods = pods.map((pod) => `${name}-${pod.name}`);
  }

  /** Needs root. @throws Error when `ip` refuses */
  open(): void {
    if (!this.#isJoined) {
      ip(`netns add ${this.name}`);
      ip(`-n ${this.name} link set lo up`);
      ip(`netns exec ${this.name} sysctl -qw net.ipv4.ip_forward=1`);
    }
    for (const [at, pod] of this.#layout.entries()) this.#wire(pod, this.pods[at]!);
  }

  /** Takes every namespace away that is there and is the lab's. */
  close(): void {
    for (const netns of [...this.pods, ...(this.#isJoined ? [] : [this.name])]) {
      try {
        ip(`netns del ${netns}`);
      } catch {
        // It was not there.
      }
    }
  }

  #wire({ interfaceName, address, mac }: LabPod, pod: string): void {
    const node = this.name;
    ip(`netns add ${pod}`);
    ip(`-n ${node} link add ${interfaceName} address ${HOST_MAC} type veth peer name eth0 address ${mac} netns ${pod}`);
    ip(`-n ${node} link set ${interfaceName} up`);
    ip(`-n ${pod} address add ${address}/32 dev eth0`);
    ip(`-n ${pod} link set eth0 up`);
    ip(`-n ${pod} route add 169.254.1.1 dev eth0`);
    ip(`-n ${pod} route add default via 169.254.1.1`);
    ip(`-n ${pod} neigh add 169.254.1.1 lladdr ${HOST_MAC} dev eth0 nud permanent`);
    if (this.#isJoined) return;
    ip(`-n ${node} route add ${address} dev ${interfaceName}`);
    ip(`-n ${node} neigh add ${address} lladdr ${mac} dev ${interfaceName} nud permanent`);
  }
}

function ip(args: string): string {
  return execFileSync("ip", args.split(" "), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
