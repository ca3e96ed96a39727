import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { PolicyState } from "../../../policy/policy-state.ts";
import type { Dataplane, DataplaneKind, RuleCount } from "../dataplane.ts";
import type { FirewallOptions } from "../options.ts";
import type { Firewall } from "../sim/agreement.ts";
import { HOST_ADDRESSES, LAB_INTERFACES, TRANSLATED, UPLINK_PACKET } from "../sim/lab-net.ts";
import { transition } from "../sim/transition.ts";
import { type LabInterface, PacketLab } from "./packet-lab.ts";

/** Opens a dataplane in a namespace, given by its path. Whatever the dataplane cannot do is an error. */
export type OpenDataplane = (kind: DataplaneKind, options: FirewallOptions, netns: string) => Dataplane;

/** What is around the node of a lab. */
export interface LabNet {
  readonly interfaces: readonly LabInterface[];
  /** The node's own addresses. */
  readonly own: readonly string[];
  readonly translated: readonly (readonly [string, string])[];
}

const usual: LabNet = { interfaces: LAB_INTERFACES, own: HOST_ADDRESSES, translated: TRANSLATED };

/**
 * A dataplane of an agent's in a namespace of its own, as a firewall that packets can ask. A policy follows upon the one before by
 * what differs, as it does on a node.
 */
export class DataplaneLab implements Firewall {
  readonly lab: PacketLab;
  readonly #kind: DataplaneKind;
  readonly #options: FirewallOptions;
  readonly #open: OpenDataplane;
  readonly #net: LabNet;
  #dataplane: Dataplane | undefined;
  #state = new PolicyState();

  constructor(name: string, kind: DataplaneKind, options: FirewallOptions, open: OpenDataplane, net: LabNet = usual) {
    this.lab = new PacketLab(name, UPLINK_PACKET);
    this.#kind = kind;
    this.#options = options;
    this.#open = open;
    this.#net = net;
  }

  async open(): Promise<void> {
    await this.lab.open(this.#net.interfaces, this.#net.own, this.#net.translated);
    this.#dataplane = this.#open(this.#kind, this.#options, `/run/netns/${this.lab.node}`);
    this.#dataplane.allowDeletes();
  }

  async enforce(output: PolicyOutput): Promise<void> {
    const next = new PolicyState();
    next.apply(output);
    this.#dataplane!.apply(transition(this.#state, next));
    this.#state = next;
    await this.#dataplane!.commit();
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
