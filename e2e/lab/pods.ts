import type { PodSeen } from "../scenario/driver.ts";
import { type Addresses, type PodSpec, podName } from "../scenario/topology.ts";
import type { Agents } from "./agents.ts";
import { LabError } from "./error.ts";
import type { Ground } from "./ground.ts";
import type { Manxctl } from "./manxctl.ts";
import { ipBatch, run } from "./run.ts";

/** The pods of a lab: a namespace each, attached to a node as a container runtime would. */
export class Pods {
  readonly #ground: Ground;
  readonly #agents: Agents;
  readonly #manxctl: Manxctl;
  readonly #specs = new Map<string, PodSpec>();
  readonly #seen = new Map<string, PodSeen>();

  constructor(ground: Ground, agents: Agents, manxctl: Manxctl) {
    this.#ground = ground;
    this.#agents = agents;
    this.#manxctl = manxctl;
  }

  /** The attached pods, by name. */
  seen(): readonly PodSeen[] {
    return [...this.#seen.values()].sort((x, y) => (x.pod < y.pod ? -1 : 1));
  }

  /** Makes the pod's namespace, attaches it, and reads back what it got. Answers the machine's name in the lab. */
  async attach(spec: PodSpec): Promise<string> {
    const machine = machineOf(podName(spec));
    await ipBatch(undefined, [`netns add ${this.#ground.netns(machine)}`]);
    await ipBatch(this.#ground.netns(machine), ["link set lo up"]);
    await this.#manxctl.attach(spec, this.#agents.runDir(spec.node), this.#ground.netnsPath(machine));
    const addresses = await addressesIn(this.#ground.netns(machine));
    this.#specs.set(podName(spec), spec);
    this.#seen.set(podName(spec), { pod: podName(spec), node: spec.node, addresses });
    return machine;
  }

  /** Detaches a pod and removes its namespace; nobody may hold a socket in it any more. */
  async detach(name: string): Promise<void> {
    const spec = this.#specs.get(name);
    if (!spec) throw new LabError(name, "is not attached");
    const machine = machineOf(name);
    await this.#manxctl.detach(spec, this.#agents.runDir(spec.node), this.#ground.netnsPath(machine));
    await ipBatch(undefined, [`netns delete ${this.#ground.netns(machine)}`]);
    this.#specs.delete(name);
    this.#seen.delete(name);
  }
}

/** The name of a pod's namespace in the lab. */
export function machineOf(pod: string): string {
  return `pod-${pod.replace("/", "-")}`;
}

/** The global addresses on eth0 of a namespace. */
async function addressesIn(netns: string): Promise<Addresses> {
  const links = JSON.parse(await run("ip", ["-n", netns, "-j", "address", "show", "dev", "eth0"])) as LinkJson[];
  const infos = links.flatMap((link) => link.addr_info ?? []).filter((info) => info.scope === "global");
  const of = (family: string): string => infos.find((info) => info.family === family)?.local ?? "";
  return { ipv4: of("inet"), ipv6: of("inet6") };
}

interface LinkJson {
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly scope: string }[];
}
