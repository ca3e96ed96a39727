import { apiVersion } from "../../datastore/model/resource.ts";
import { parseAddress } from "../../net/address-text.ts";
import { describeReason, evaluate, type NodePolicy } from "../evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../graph/policy-graph.ts";
import type { PolicyOutput } from "../output.ts";
import type { Packet } from "../packet.ts";
import { PolicyState } from "../policy-state.ts";

/** A node with Calico's defaults, as far as a decision rests on them. */
export const plainNode: NodePolicy = {
  interfacePrefixes: ["cali"],
  endpointToHost: "Drop",
  sourceSpoofing: "Disabled",
  failsafes: { inbound: [], outbound: [] },
  serviceLoopPrevention: "Drop",
  workloadEncapsulation: { vxlan: false, ipip: false },
};

/** A resource as a graph is told of it. A key with a slash is `namespace/name`. */
export function told(
  kind: PolicyInput["kind"],
  key: string,
  spec: object,
  labels: Readonly<Record<string, string>> = {},
): PolicyInput {
  const [namespace, name] = key.includes("/") ? key.split("/") : [undefined, key];
  const metadata = { name, labels, ...(namespace !== undefined && { namespace }) };
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as unknown as PolicyInput;
}

/** A resource that is no more. */
export function gone(kind: PolicyInput["kind"], key: string): PolicyInput {
  return { kind, change: { kind: "delete", key } };
}

/** A slice of a service, whose name stands in its label: each endpoint's addresses with each of the ports. */
export function slice(
  key: string,
  service: string | undefined,
  endpoints: readonly object[],
  ports: readonly object[] = [],
): PolicyInput {
  const [namespace, name] = key.split("/");
  const labels = service === undefined ? {} : { "kubernetes.io/service-name": service };
  const value = { metadata: { namespace, name, labels }, endpoints, ports };
  return { kind: "KubernetesEndpointSlice", change: { kind: "set", key, value } } as unknown as PolicyInput;
}

/** One node's graph and all that it put out: say what there is, ask what becomes of a packet, look into sets. */
export class ToldWorld {
  readonly graph = new PolicyGraph("n1");
  readonly state = new PolicyState();

  constructor(...inputs: readonly PolicyInput[]) {
    this.tell(...inputs);
  }

  /** One turn. */
  tell(...inputs: readonly PolicyInput[]): PolicyOutput {
    for (const input of inputs) this.graph.on(input);
    const output = this.graph.flush();
    this.state.apply(output);
    return output;
  }

  /** `allow` or `deny` and why, for a TCP packet between two addresses unless told otherwise. */
  ask(source: string, destination: string, more: Partial<Packet>, node: Partial<NodePolicy> = {}): string {
    const ends = { source: parseAddress(source)!, destination: parseAddress(destination)! };
    const packet = { ...ends, protocol: 6, sourcePort: 1000, destinationPort: 80, ...more };
    const { verdict, reason } = evaluate(this.state, { ...plainNode, ...node }, packet);
    return `${verdict}: ${describeReason(reason)}`;
  }

  /** The members of every set, sorted, by the set's id. */
  sets(): Record<string, readonly string[]> {
    return Object.fromEntries([...this.state.sets()].map(([spec, members]) => [spec.id, [...members].sort()]));
  }
}
