import type { KernelSet } from "../kernel-set.ts";
import type { Neighbour } from "../neighbour.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_ROUTE } from "../netlink/header.ts";
import { neighbourSet, ruleSet } from "../rtnetlink/sets.ts";
import type { Rule } from "../rule.ts";
import { openNetlink } from "./netlink-socket.ts";

/** Neighbours and rules of a network namespace of this machine's kernel, over one socket. */
export interface KernelSets {
  readonly neighbours: KernelSet<Neighbour>;
  readonly rules: KernelSet<Rule>;
  close(): void;
}

/** Opens them; `netns` is the path of a network namespace, absent for our own. @throws KernelError */
export function openKernelSets(options: { readonly netns?: string }): KernelSets {
  const client = new NetlinkClient(openNetlink, { ...options, protocol: NETLINK_ROUTE });
  return { neighbours: neighbourSet(client), rules: ruleSet(client), close: () => client.close() };
}
