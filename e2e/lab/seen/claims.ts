import type { AgentStatus } from "../../../agent/api/status.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { covers, hostPrefix, parsePrefix, prefixKey } from "../../../net/prefix.ts";
import type { ClaimSeen, PodSeen } from "../../scenario/driver.ts";

/** What each node owns: its blocks, and the addresses of its pods that lie in no block of its own. */
export function claimsOf(statuses: readonly AgentStatus[], pods: readonly PodSeen[]): ClaimSeen[] {
  const blocks = statuses.flatMap((status) => status.blocks.map((prefix) => ({ prefix, node: status.node })));
  const borrowed = pods.flatMap((pod) =>
    Object.values(pod.addresses).flatMap((text) => {
      const address = parseAddress(text);
      const own = blocks.filter((block) => block.node === pod.node).map((block) => parsePrefix(block.prefix));
      if (!address || own.some((prefix) => prefix && covers(prefix, address))) return [];
      return [{ prefix: prefixKey(hostPrefix(address)), node: pod.node }];
    }),
  );
  return [...blocks, ...borrowed].sort((x, y) => (x.prefix < y.prefix ? -1 : 1));
}
