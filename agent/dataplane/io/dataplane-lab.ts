import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { PolicyState } from "../../../policy/policy-state.ts";
import type { Dataplane, DataplaneKind, RuleCount } from "../dataplane.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import type { Firewall } from "../sim/agreement.ts";
import { HOST_ADDRESSES, LAB_INTERFACES, TRANSLATED, UPLINK_PACKET } from "../sim/lab-net.ts";
import { transition } from "../sim/transition.ts";
import { type DataplaneFact, openDataplane } from "./open.ts";
import { type LabInterface, PacketLab } from "./packet-lab.ts";

/** What is around the node of a lab. */
export interface LabNet {
  readonly interfaces: readonly LabInterface[];
  /** The node's own addresses. */
  readonly own: readonly string[];
  readonly translated: readonly (readonly [string, string])[];
}

const usual: LabNet = { interfaces: LAB_INTERFACES, own: HOST_ADDRESSES, translated: TRANSLATED };

/**
 * One of an agent's firewalls in a namespace of its own, that packets can ask. A policy follows upon the one before by what
 * differs, as it does on a node, and so do options.
 */
export class DataplaneLab implements Firewall {
  readonly name: DataplaneKind;
  readonly lab: PacketLab;
  readonly #net: LabNet;
  readonly #complaints: string[] = [];
  #options: FirewallOptions;
  #dataplane: Dataplane | undefined;
  #state = new PolicyState();

  constructor(name: string, kind: DataplaneKind, options: FirewallOptions = defaultOptions, net: LabNet = usual) {
    this.name = kind;
    this.lab = new PacketLab(name, UPLINK_PACKET);
    this.#options = options;
    this.#net = net;
  }

  async open(): Promise<void> {
    await this.lab.open(this.#net.interfaces, this.#net.own, this.#net.translated);
    const tell = (fact: DataplaneFact) => {
      if ("error" in fact) this.#complaints.push(JSON.stringify(fact));
    };
    const netns = `/run/netns/${this.lab.node}`;
    this.#dataplane = openDataplane({ kind: this.name, options: this.#options, tell, netns });
    this.#dataplane.allowDeletes();
  }

  /** @throws Error when the kernel refused any of it */
  async enforce(output: PolicyOutput, options: FirewallOptions = this.#options): Promise<void> {
    const next = new PolicyState();
    next.apply(output);
    const dataplane = this.#dataplane!;
    if (options !== this.#options) dataplane.setOptions(options);
    dataplane.apply(transition(this.#state, next));
    this.#options = options;
    this.#state = next;
    await dataplane.commit();
    const complaints = this.#complaints.splice(0);
    if (complaints.length > 0) throw new Error(`${this.name}: ${complaints.join("; ")}`);
  }

  send(packets: readonly Packet[]): Promise<boolean[]> {
    return this.lab.send(packets);
  }

  counters(): Promise<readonly RuleCount[]> {
    return this.#dataplane!.counters();
  }

  close(): void {
    this.#dataplane?.close();
    this.lab.close();
  }
}

/** Works with labs of one kind side by side, so that they wait for the kernel together; whatever becomes of it, they are taken away. */
export async function withLabs<T>(
  name: string,
  kind: DataplaneKind,
  count: number,
  work: (labs: readonly DataplaneLab[]) => Promise<T>,
): Promise<T> {
  const labs = Array.from({ length: count }, (_, n) => new DataplaneLab(`${name}${n}`, kind));
  try {
    for (const lab of labs) await lab.open();
    return await work(labs);
  } finally {
    for (const lab of labs) lab.close();
  }
}
