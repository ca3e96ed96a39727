import type { Prefix } from "../../net/prefix.ts";

/** A workload as the datastore will know it. */
export interface WorkloadRecord {
  readonly namespace: string;
  /** The pod's name. */
  readonly pod: string;
  readonly containerId: string;
  /** Name of the interface inside, which is also the endpoint's. */
  readonly endpoint: string;
  readonly interfaceName: string;
  readonly mac: string;
  readonly addresses: readonly Prefix[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Where addresses come from. */
export interface Addresses {
  /** One address of each family that a pool offers, owned by `handle`; asking again with the same handle is refused or repeats. */
  assign(request: {
    readonly handle: string;
    readonly namespace: string;
    readonly pod: string;
    readonly pools: readonly string[] | undefined;
    readonly addresses: readonly string[] | undefined;
  }): Promise<readonly Prefix[]>;
  /** Gives back everything the handle owns; nothing owned is no error. */
  release(handle: string): Promise<void>;
}

/** A veth pair to be made: one end here, the other inside. */
export interface PodLink {
  readonly netns: string;
  readonly ifname: string;
  readonly interfaceName: string;
  readonly addresses: readonly Prefix[];
  /** The inside's MAC when it is known already; absent: the kernel draws one. */
  readonly mac?: string;
}

/** What is done to interfaces and to the insides of namespaces. */
export interface PodLinks {
  /** Makes the pair, with addresses, routes and permanent neighbours inside, replacing a stale host end; answers the inside's MAC. */
  create(link: PodLink): Promise<{ readonly mac: string; readonly gateways: readonly string[] }>;
  /** Removes the pair by its host end; an absent one is no error. */
  remove(interfaceName: string): Promise<void>;
}

/** Where WorkloadEndpoints are written. */
export interface Endpoints {
  /** The endpoint of a pod on this node. */
  find(namespace: string, pod: string, endpoint: string): Promise<WorkloadRecord | undefined>;
  /** Creates or replaces it; answers its full key. */
  write(record: WorkloadRecord): Promise<string>;
  /** Deletes it unless it belongs to another container by now. */
  remove(record: WorkloadRecord): Promise<void>;
}

/** Waits until the kernel holds routes and rules of an endpoint, or rejects with `WorkloadTimeout`. */
export type Programmed = (endpoint: string) => Promise<void>;
