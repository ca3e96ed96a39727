import { apiVersion } from "../../datastore/model/resource.ts";
import type { Rule } from "../../datastore/model/rule.ts";
import type { Random } from "../../lib/random.ts";
import type { PolicyInput } from "../graph/policy-graph.ts";
import { onTheWay, randomHostEndpoint, randomHostInterface } from "./random-hosts.ts";

/** The node whose endpoints a random world's interfaces belong to. */
export const NODE = "node-a";
/** The interfaces that local endpoints of a random world may have. */
export const INTERFACES = ["cali1", "cali2", "cali3", "cali4"] as const;
/** Addresses that endpoints of a random world may have: the first four belong to the interfaces in order. */
export const ADDRESSES = [
  "10.65.0.1",
  "10.65.0.2",
  "10.65.0.3",
  "10.65.0.4",
  "10.65.1.5",
  "10.65.1.6",
  "fd00:65::1",
  "fd00:65::2",
  "fd00:65::3",
  "fd00:65::4",
  "fd00:65:1::5",
  "fd00:65:1::6",
] as const;

const NETS = ["10.65.0.0/16", "10.65.0.0/31", "10.65.1.4/30", "10.65.0.2/32", "0.0.0.0/0", "10.0.0.0/8"];
const NETS6 = ["fd00:65::/32", "fd00:65::/127", "fd00:65:1::4/126", "fd00:65::2/128", "::/0"];
const NAMESPACES = ["red", "blue"];
const TIERS = ["default", "early", "late"];
/** How the names of policies end that are needed on every node. */
export const HINTED = "-everywhere";
const SERVICES = ["db", "web"];
const PROFILES = ["kns.red", "kns.blue", "open"];
/** Where host endpoints are about, workloads are often open, so that packets come as far as those. */
const HOST_PROFILES = ["open", "projectcalico-default-allow", "projectcalico-default-allow"];
const SELECTORS = [
  "",
  "all()",
  "app == 'a'",
  "app == 'b'",
  "app != 'a'",
  "has(tag)",
  "!has(tag)",
  "app in {'a', 'c'}",
  "tag not in {'x'}",
  "app == 'a' && tag == 'x'",
  "app == 'a' || tag == 'x'",
  "tag starts with 'x'",
  "inherited == 'yes'",
  "app == 'a' || app == 'b'",
];
const SPACE_SELECTORS = ["team == 'one'", "all()", "global()", "team != 'one'", "has(team)"];

/** Draws parts of small, crowded worlds, where everything overlaps with everything. */
export class RandomWorld {
  readonly #random: Random;

  readonly #hosts: boolean;

  /** With `hosts` also host endpoints, the interfaces they are about, and policies that only they have. */
  constructor(random: Random, { hosts = false }: { readonly hosts?: boolean } = {}) {
    this.#random = random;
    this.#hosts = hosts;
  }

  int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)]!;
  }

  some<T>(from: readonly T[], most: number): T[] {
    return Array.from({ length: this.int(most + 1) }, () => this.pick(from));
  }

  /** One change to the world: any kind of resource, set or deleted. */
  step(): PolicyInput {
    const input = this.#resource();
    if (!this.chance(0.2)) return input;
    return { kind: input.kind, change: { kind: "delete", key: input.change.key } } as PolicyInput;
  }

  /** A rule that any validation lets through. */
  rule(): Rule {
    const ipVersion = this.pick([undefined, undefined, 4, 6] as const);
    const protocol = this.pick([undefined, "TCP", "TCP", "UDP", "SCTP", "ICMP", "ICMPv6", 99] as const);
    const hasPorts = protocol === "TCP" || protocol === "UDP" || protocol === "SCTP";
    const icmp = { type: this.pick([3, 8, 13, 128]), ...(this.chance(0.4) && { code: this.int(2) }) };
    const family = ipVersion ?? this.pick([4, 6]);
    const isIcmp = protocol === "ICMP" || protocol === "ICMPv6";
    return {
      action: this.pick(["Allow", "Allow", "Allow", "Deny", "Deny", "Pass", "Pass", "Log"] as const),
      ...(ipVersion && { ipVersion }),
      ...(protocol && { protocol }),
      ...(!protocol && this.chance(0.2) && { notProtocol: this.pick(["TCP", "UDP", 99] as const) }),
      ...(isIcmp && this.chance(0.6) && { icmp }),
      ...(isIcmp && this.chance(0.2) && { notICMP: icmp }),
      source: this.#service() ?? this.#side(family, hasPorts),
      destination: this.#service() ?? this.#side(family, hasPorts),
    };
  }

  /** Now and then a side is a service, and nothing beside it. */
  #service(): NonNullable<Rule["source"]> | undefined {
    if (!this.chance(0.08)) return undefined;
    return { services: { name: this.pick(SERVICES), namespace: this.pick(NAMESPACES) } };
  }

  #side(family: 4 | 6, hasPorts: boolean): NonNullable<Rule["source"]> {
    const nets = family === 4 ? NETS : NETS6;
    const ports = () => [...this.some([80, 443, "8000:8100", "1000:2000"], 1), this.pick([53, "web", "web", "50:90"])];
    return {
      ...(this.chance(0.2) && { nets: [...this.some(nets, 2), this.pick(nets)] }),
      ...(this.chance(0.15) && { notNets: [this.pick(nets.filter((net) => !net.endsWith("/0")))] }),
      ...(this.chance(0.3) && { selector: this.pick(SELECTORS) }),
      ...(this.chance(0.15) && { namespaceSelector: this.pick(SPACE_SELECTORS) }),
      ...(this.chance(0.15) && { notSelector: this.pick(SELECTORS.slice(2)) }),
      ...(this.chance(0.1) && { serviceAccounts: { names: this.some(["sa1", "sa2"], 2), selector: "role == 'r'" } }),
      ...(hasPorts && this.chance(0.4) && { ports: ports() }),
      ...(hasPorts && this.chance(0.15) && { notPorts: ports() }),
    };
  }

  #resource(): PolicyInput {
    if (this.#hosts && this.chance(0.25))
      return this.chance(0.7) ? randomHostEndpoint(this) : randomHostInterface(this);
    const draw = this.int(20);
    if (draw < 7) return this.endpoint();
    if (draw < 9) return this.#networkSet();
    if (draw < 14) return this.policy();
    if (draw < 16) return this.profile();
    if (draw < 18) return this.tier();
    if (draw < 19) return this.chance(0.7) ? this.slice() : this.#cluster();
    return this.#pool();
  }

  /** A slice of some service's backends, of one or both families. */
  slice(): PolicyInput {
    const [namespace, name] = [this.pick(NAMESPACES), `slice${this.int(3)}`];
    const service = this.chance(0.9) ? { "kubernetes.io/service-name": this.pick(SERVICES) } : {};
    const value = {
      metadata: { name, namespace, labels: service },
      endpoints: Array.from({ length: this.int(3) }, () => ({ addresses: this.some(ADDRESSES, 2) })),
      ports: Array.from({ length: this.int(3) }, () => ({
        protocol: this.pick(["TCP", "UDP", undefined]),
        port: this.pick([80, 8080, undefined]),
      })),
    };
    return { kind: "KubernetesEndpointSlice", change: { kind: "set", key: `${namespace}/${name}`, value } };
  }

  /** A workload endpoint, local with an interface of its own more often than not. */
  endpoint(): PolicyInput {
    const n = this.int(6);
    const namespace = this.pick(NAMESPACES);
    const own = n < 4 ? [`${ADDRESSES[n]}/32`, `${ADDRESSES[n + 6]}/128`] : [];
    const others = this.some(ADDRESSES, 2).map((a) => (a.includes(":") ? `${a}/128` : `${a}/32`));
    const port = { name: "web", protocol: this.pick(["TCP", "UDP"] as const), port: this.pick([80, 8080]) };
    const metadata = {
      name: `ep${n}`,
      namespace,
      labels: { "projectcalico.org/namespace": namespace, ...this.labels() },
    };
    const spec = {
      node: n < 4 && this.chance(0.9) ? NODE : "node-b",
      interfaceName: this.chance(0.9) ? `cali${n + 1}` : this.pick(INTERFACES),
      ipNetworks: [...new Set([...own, ...(n >= 4 || this.chance(0.2) ? others : [])])],
      profiles: [...new Set([`kns.${namespace}`, ...this.some(this.#hosts ? HOST_PROFILES : PROFILES, 1)])],
      ...(this.chance(0.7) && { ports: [port] }),
      ...(this.chance(0.1) && { allowSpoofedSourcePrefixes: [this.pick(["10.99.0.0/24", "fd99::/64"])] }),
      ...(this.chance(0.05) && {
        qosControls: { ingressPacketRate: 1000, ingressPacketBurst: 500, egressMaxConnections: 500 },
      }),
      ...(this.chance(0.05) && { ipNATs: [{ internalIP: ADDRESSES[n]!, externalIP: "203.0.113.1" }] }),
    };
    const value = { kind: "WorkloadEndpoint", apiVersion, metadata, spec } as const;
    return { kind: "WorkloadEndpoint", change: { kind: "set", key: `${namespace}/ep${n}`, value } };
  }

  /** A policy of any kind, now and then a staged one. */
  policy(): PolicyInput {
    const input = this.#policy();
    if (input.change.kind === "delete" || !this.chance(0.15)) return input;
    const kind = `Staged${input.kind}` as "StagedNetworkPolicy";
    const value = input.change.value as unknown as { readonly spec: object };
    const spec = { ...value.spec, stagedAction: this.pick(["Set", "Set", "Set", "Delete", "Learn", "Ignore"]) };
    return { kind, change: { ...input.change, value: { ...value, kind, spec } } } as unknown as PolicyInput;
  }

  #policy(): PolicyInput {
    const isHinted = this.chance(0.05);
    const n = isHinted ? HINTED : String(this.int(this.#hosts ? 9 : 5));
    const spec = {
      tier: this.pick(["default", "default", ...TIERS]),
      ...(this.chance(0.7) && { order: this.int(3) }),
      selector: this.pick(SELECTORS),
      ...(this.chance(0.6) && { ingress: this.#rules() }),
      ...(this.chance(0.5) && { egress: this.#rules() }),
      ...(this.chance(0.3) && { types: this.pick([["Ingress"], ["Egress"], ["Ingress", "Egress"]] as const) }),
      ...(isHinted && { performanceHints: ["AssumeNeededOnEveryNode"] as const }),
    };
    if (this.chance(this.#hosts ? 0.2 : 0.5)) {
      const namespace = this.pick(NAMESPACES);
      const value = { kind: "NetworkPolicy", apiVersion, metadata: { name: `np${n}`, namespace }, spec } as const;
      return { kind: "NetworkPolicy", change: { kind: "set", key: `${namespace}/np${n}`, value } };
    }
    const scope = this.chance(0.2) ? { namespaceSelector: this.pick(SPACE_SELECTORS) } : {};
    const value = {
      kind: "GlobalNetworkPolicy",
      apiVersion,
      metadata: { name: `gnp${n}` },
      spec: { ...(this.#hosts ? onTheWay(this, spec) : spec), ...scope },
    } as const;
    return { kind: "GlobalNetworkPolicy", change: { kind: "set", key: `gnp${n}`, value } };
  }

  /** One of three profiles, two of them namespaces'. */
  profile(): PolicyInput {
    const name = this.pick(PROFILES);
    const labelsToApply = {
      "pcns.team": this.pick(["one", "two"]),
      ...(this.chance(0.5) && { inherited: "yes", app: "a" }),
    };
    const rules = { ingress: this.#rules(), egress: this.#rules() };
    const value = { kind: "Profile", apiVersion, metadata: { name }, spec: { ...rules, labelsToApply } } as const;
    return { kind: "Profile", change: { kind: "set", key: name, value } };
  }

  /** One of three tiers. */
  tier(): PolicyInput {
    const name = this.pick(TIERS);
    const spec = {
      ...(this.chance(0.8) && { order: this.int(4) }),
      defaultAction: this.pick(["Deny", "Deny", "Pass"] as const),
    };
    return {
      kind: "Tier",
      change: { kind: "set", key: name, value: { kind: "Tier", apiVersion, metadata: { name }, spec } },
    };
  }

  #networkSet(): PolicyInput {
    const name = `set${this.int(3)}`;
    const spec = { nets: this.some([...NETS, ...NETS6, ...ADDRESSES], 4) };
    const labels = this.labels();
    if (this.chance(0.5)) {
      const value = { kind: "GlobalNetworkSet", apiVersion, metadata: { name, labels }, spec } as const;
      return { kind: "GlobalNetworkSet", change: { kind: "set", key: name, value } };
    }
    const namespace = this.pick(NAMESPACES);
    const value = { kind: "NetworkSet", apiVersion, metadata: { name, namespace, labels }, spec } as const;
    return { kind: "NetworkSet", change: { kind: "set", key: `${namespace}/${name}`, value } };
  }

  /** A node, or the ranges of services. */
  #cluster(): PolicyInput {
    if (this.chance(0.5)) {
      const name = this.pick([NODE, "node-b"]);
      const spec = { bgp: { ipv4Address: this.pick(["192.0.2.1/24", "192.0.2.2/24"]) } };
      const value = { kind: "Node", apiVersion, metadata: { name }, spec } as const;
      return { kind: "Node", change: { kind: "set", key: name, value } };
    }
    const spec = { serviceClusterIPs: [{ cidr: this.pick(["10.96.0.0/12", "10.96.7.0/24"]) }] };
    const value = { kind: "BGPConfiguration", apiVersion, metadata: { name: "default" }, spec } as const;
    return { kind: "BGPConfiguration", change: { kind: "set", key: "default", value } };
  }

  #pool(): PolicyInput {
    const name = `pool${this.int(3)}`;
    const spec = { cidr: this.pick(["10.65.0.0/16", "10.65.0.0/24", "fd00:65::/32"]), natOutgoing: this.chance(0.5) };
    return {
      kind: "IPPool",
      change: { kind: "set", key: name, value: { kind: "IPPool", apiVersion, metadata: { name }, spec } },
    };
  }

  #rules(): Rule[] {
    return Array.from({ length: this.int(4) }, () => this.rule());
  }

  /** Labels that the selectors of the world tell apart. */
  labels(): Record<string, string> {
    return {
      ...(this.chance(0.7) && { app: this.pick(["a", "b", "c"]) }),
      ...(this.chance(0.5) && { tag: this.pick(["x", "xy", "z"]) }),
      ...(this.chance(0.3) && { "projectcalico.org/serviceaccount": this.pick(["sa1", "sa2"]), "pcsa.role": "r" }),
    };
  }
}
