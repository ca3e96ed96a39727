import type { FelixConfiguration } from "../../datastore/model/felix-configuration.ts";
import type { HostEndpoint } from "../../datastore/model/host-endpoint.ts";
import type { IPPool } from "../../datastore/model/ip-pool.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import { set } from "../../lib/change.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { addressBits } from "../../net/family.ts";
import { covers, type Prefix, parsePrefix } from "../../net/prefix.ts";
import { PolicyGraph, type PolicyInput } from "../graph/policy-graph.ts";
import { PolicyState } from "../policy-state.ts";
import { type DecidingSettings, decidingSettings } from "./node-policy.ts";
import type { DefinitionOf } from "./set-words.ts";

/** What a datastore holds, as far as it matters to a packet. */
export interface ClusterFacts {
  /** Everything that policy is made of. */
  readonly inputs: readonly PolicyInput[];
  readonly felix: readonly FelixConfiguration[];
  /** Blocks of addresses and the nodes that have them. */
  readonly blocks: readonly { readonly cidr: Prefix; readonly node: string }[];
}

/** One node as a packet finds it. */
export interface TracedNode {
  readonly name: string;
  readonly state: PolicyState;
  readonly settings: DecidingSettings;
  readonly definitionOf: DefinitionOf;
  readonly addresses: readonly Address[];
  /** The interface towards the other nodes; its name is a guess where no HostEndpoint names it. */
  readonly uplink: string;
}

/** What the uplink is called where nothing in the datastore says. */
export const UPLINK = "uplink";

/** A cluster that packets can be sent through in mind: what is where, and each node's policy when it is asked for. */
export class TraceWorld {
  readonly pools: readonly IPPool[];
  readonly workloads: readonly WorkloadEndpoint[];
  readonly #facts: ClusterFacts;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #hosts: readonly HostEndpoint[];
  readonly #traced = new Map<string, TracedNode>();
  readonly #byAddress = new Map<string, WorkloadEndpoint>();
  readonly #uplink: string | undefined;

  /** `uplink` names the interface between nodes, where it is known. */
  constructor(facts: ClusterFacts, uplink?: string) {
    this.#facts = facts;
    this.#uplink = uplink;
    this.pools = valuesOf(facts.inputs, "IPPool");
    this.workloads = valuesOf(facts.inputs, "WorkloadEndpoint");
    this.#hosts = valuesOf(facts.inputs, "HostEndpoint");
    this.#nodes = new Map(valuesOf(facts.inputs, "Node").map((node) => [node.metadata.name, node]));
    for (const workload of this.workloads) {
      for (const address of addressesOf(workload)) this.#byAddress.set(formatAddress(address), workload);
    }
  }

  /** The workload that has an address. */
  workloadAt(address: Address): WorkloadEndpoint | undefined {
    return this.#byAddress.get(formatAddress(address));
  }

  /** The workload that an address outside means (ipNATs), and the address it has itself. */
  floatingAt(address: Address): { readonly workload: WorkloadEndpoint; readonly internal: Address } | undefined {
    const text = formatAddress(address);
    for (const workload of this.workloads) {
      for (const { internalIP, externalIP } of workload.spec.ipNATs ?? []) {
        if (addressText(externalIP) !== text) continue;
        const internal = parsePrefix(internalIP);
        if (!internal) continue;
        const { length: _, ...own } = internal;
        return { workload, internal: own };
      }
    }
    return undefined;
  }

  hasNode(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** The node that has an address itself. */
  nodeAt(address: Address): string | undefined {
    for (const name of this.#nodes.keys()) {
      if (this.nodeAddresses(name).some((own) => sameAddress(own, address))) return name;
    }
    return this.#hosts.find(({ spec }) => spec.expectedIPs?.some((ip) => addressText(ip) === formatAddress(address)))
      ?.spec.node;
  }

  /** The node's own addresses, that of BGP first. */
  nodeAddresses(name: string): Address[] {
    const spec = this.#nodes.get(name)?.spec;
    const texts = [
      spec?.bgp?.ipv4Address,
      spec?.bgp?.ipv6Address,
      ...(spec?.addresses ?? []).map((one) => one.address),
    ];
    const seen = new Map<string, Address>();
    for (const text of texts) {
      const prefix = text ? parsePrefix(text) : undefined;
      if (!prefix) continue;
      const { length: _, ...address } = prefix;
      seen.set(formatAddress(address), address);
    }
    return [...seen.values()];
  }

  /** The most specific block that an address is in. */
  blockOf(address: Address): { readonly cidr: Prefix; readonly node: string } | undefined {
    const found = this.#facts.blocks.filter(({ cidr }) => covers(cidr, address));
    return found.sort((x, y) => y.cidr.length - x.cidr.length)[0];
  }

  /** The pool that an address is in. */
  poolOf(address: Address): IPPool | undefined {
    return this.pools.find(({ spec }) => {
      const cidr = parsePrefix(spec.cidr);
      return cidr && covers(cidr, address);
    });
  }

  /** A node with its policy worked out from what the datastore holds, as its agent would. */
  node(name: string): TracedNode {
    const known = this.#traced.get(name) ?? this.#trace(name);
    this.#traced.set(name, known);
    return known;
  }

  #trace(name: string): TracedNode {
    const labels = this.#nodes.get(name)?.metadata.labels ?? {};
    const settings = decidingSettings(name, labels, this.#facts.felix);
    const graph = new PolicyGraph(name, settings.interfacePrefixes);
    for (const input of this.#facts.inputs) graph.on(input);
    const addresses = this.nodeAddresses(name);
    const uplink = this.#uplinkOf(name, addresses);
    for (const [key, own] of this.#interfacesOf(name, uplink, addresses)) {
      graph.on({ kind: "HostInterface", change: set(key, own) });
    }
    const state = new PolicyState();
    state.apply(graph.flush());
    return { name, state, settings, definitionOf: (id) => graph.setDefinition(id), addresses, uplink };
  }

  #uplinkOf(name: string, addresses: readonly Address[]): string {
    if (this.#uplink) return this.#uplink;
    const named = this.#namedHosts(name);
    const texts = new Set(addresses.map(formatAddress));
    const facing = named.find(({ spec }) => spec.expectedIPs?.some((ip) => texts.has(addressText(ip))));
    return (facing ?? (named.length === 1 ? named[0] : undefined))?.spec.interfaceName ?? UPLINK;
  }

  #namedHosts(name: string): HostEndpoint[] {
    return this.#hosts.filter(({ spec }) => spec.node === name && spec.interfaceName && spec.interfaceName !== "*");
  }

  #interfacesOf(name: string, uplink: string, addresses: readonly Address[]): Map<string, readonly Address[]> {
    const found = new Map<string, readonly Address[]>();
    for (const { spec } of this.#namedHosts(name)) {
      const own = (spec.expectedIPs ?? []).flatMap((text) => parsePrefix(text) ?? []);
      found.set(spec.interfaceName!, own);
    }
    return found.set(uplink, addresses);
  }
}

/** `namespace/name`, by which policy knows a workload's endpoint. */
export function keyOfWorkload({ metadata }: WorkloadEndpoint): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** What people call it: `namespace/pod`. */
export function nameOfWorkload({ metadata, spec }: WorkloadEndpoint): string {
  return `${metadata.namespace}/${spec.pod || spec.workload || metadata.name}`;
}

/** A workload's own addresses. */
export function addressesOf({ spec }: WorkloadEndpoint): Address[] {
  return (spec.ipNetworks ?? []).flatMap((text) => {
    const prefix = parsePrefix(text);
    if (!prefix || prefix.length !== addressBits[prefix.family]) return [];
    const { length: _, ...address } = prefix;
    return [address];
  });
}

function addressText(text: string): string {
  const prefix = parsePrefix(text);
  return prefix ? formatAddress(prefix) : text;
}

function valuesOf<K extends PolicyInput["kind"]>(
  inputs: readonly PolicyInput[],
  kind: K,
): Extract<Extract<PolicyInput, { kind: K }>["change"], { kind: "set" }>["value"][] {
  return inputs.flatMap((input) =>
    input.kind === kind && input.change.kind === "set" ? [input.change.value] : [],
  ) as never;
}
