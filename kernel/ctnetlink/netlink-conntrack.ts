import type { Address } from "../../net/address.ts";
import { families } from "../../net/family.ts";
import { errno } from "../errno.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_NETFILTER } from "../netlink/header.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { OpenNetlink } from "../netlink/socket.ts";
import { type Flow, flowPlaces, formatTuple } from "./flow.ts";
import { flowMatcher } from "./matches.ts";
import { conntrackMessage, decodeFlow, encodeFilteredDump, encodeFlowDeletion, encodeFlowDump } from "./message.ts";
import type { Conntrack, FlowFilter } from "./port.ts";

/**
 * Up to this many addresses the kernel filters, once for each of the four places; beyond, one whole dump is cheaper.
 */
const filteredByKernel = 2;
/** Deletions in one datagram. */
const deletionsAtOnce = 512;

/** The connection table over ctnetlink. */
export class NetlinkConntrack implements Conntrack {
  readonly #client: NetlinkClient;

  /** @throws KernelError when the socket cannot be opened */
  constructor(open: OpenNetlink, options: { readonly netns?: string }) {
    // A table of 100,000 entries is 20 MB that the kernel hands over as we read; room for what it is ahead.
    this.#client = new NetlinkClient(open, { ...options, protocol: NETLINK_NETFILTER, receiveBuffer: 16 << 20 });
  }

  async flows(filter: FlowFilter): Promise<readonly Flow[]> {
    const matches = flowMatcher(filter);
    const decode = (message: Message): Flow | undefined => {
      const flow = decodeFlow(message);
      return flow && matches(flow) ? flow : undefined;
    };
    const { addresses } = filter;
    if (addresses && addresses.length <= filteredByKernel) return this.#filtered(addresses, decode);
    const asked = filter.family ?? onlyFamily(addresses);
    return this.#client.dump(conntrackMessage.get, (w) => encodeFlowDump(w, asked), decode, "dump of connections");
  }

  async deleteFlows(addresses: readonly Address[]): Promise<number> {
    if (addresses.length === 0) return 0;
    return this.deleteEach(await this.flows({ addresses }));
  }

  async deleteEach(flows: readonly Flow[]): Promise<number> {
    let gone = 0;
    for (let start = 0; start < flows.length; start += deletionsAtOnce) {
      gone += await this.#delete(flows.slice(start, start + deletionsAtOnce));
    }
    return gone;
  }

  async deleteFlow(flow: Flow): Promise<boolean> {
    return (await this.deleteEach([flow])) === 1;
  }

  close(): void {
    this.#client.close();
  }

  async #filtered(
    addresses: readonly Address[],
    decode: (message: Message) => Flow | undefined,
  ): Promise<readonly Flow[]> {
    const found = new Map<string, Flow>();
    for (const address of addresses) {
      for (const place of flowPlaces) {
        const body = (w: Parameters<typeof encodeFilteredDump>[0]) => encodeFilteredDump(w, address, place);
        const some = await this.#client.dump(conntrackMessage.get, body, decode, "dump of connections of an address");
        // One flow may have the address at several places.
        for (const flow of some) found.set(`${flow.id} ${formatTuple(flow.original)}`, flow);
      }
    }
    return [...found.values()];
  }

  async #delete(flows: readonly Flow[]): Promise<number> {
    const batch = this.#client.batch();
    for (const flow of flows) encodeFlowDeletion(batch.request(conntrackMessage.delete, 0), flow);
    const refusals = await batch.send((index) => `deletion of the connection ${formatTuple(flows[index]!.original)}`);
    for (const { error } of refusals) if (error.facts.errno !== errno.ENOENT) throw error;
    return flows.length - refusals.length;
  }
}

/** The family of all of them, when they have one. */
function onlyFamily(addresses: readonly Address[] | undefined) {
  if (!addresses) return undefined;
  return families.find((family) => addresses.every((address) => address.family === family));
}
