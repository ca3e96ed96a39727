/**
 * Shapes of the agent's Unix socket: one JSON line in, one JSON line out, then the agent closes. Types only; shared with
 * the CLI, the CNI relay and the status page.
 */
import type { BgpRequest } from "./bgp.ts";
import type { DrainingRequest } from "./drain.ts";
import type { ExplainRequest } from "./explain.ts";

/** Attach or detach a workload: exactly what CNI ADD and DEL ask. */
export interface WorkloadRequest {
  readonly do: "workload.add" | "workload.del";
  readonly name: string;
  readonly namespace: string;
  /** Path of the workload's network namespace; for `workload.del` it may be gone already. */
  readonly netns?: string;
  /** Sandbox id; absent means that the name serves as one. */
  readonly containerId?: string;
  /** Name of the interface inside, default eth0. */
  readonly ifname?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Named IP pools (names or CIDRs) to take the addresses from; absent means Calico's rules of selection. */
  readonly pools?: readonly string[];
  /** Exact addresses wanted; absent means automatic. */
  readonly addresses?: readonly string[];
}

/** The attached workload as the kernel now has it. */
export interface WorkloadAnswer {
  readonly ok: true;
  readonly endpoint: string;
  readonly interfaceName: string;
  readonly mac: string;
  /** Host prefixes, `a.b.c.d/32` and `…/128`. */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
}

/** The agent's status, for `manxctl node status` and GET /status. */
export interface StatusRequest {
  readonly do: "status";
}

/** Anything that went wrong: a stable code, a sentence for people, facts for programs. */
export interface Failure {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Anything that can be asked of the socket. */
export type SocketRequest = WorkloadRequest | StatusRequest | BgpRequest | DrainingRequest | ExplainRequest;
