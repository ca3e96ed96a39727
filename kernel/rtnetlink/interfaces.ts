import type { Change } from "../../lib/change.ts";
import type { Prefix } from "../../net/prefix.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { errno } from "../errno.ts";
import { KernelError } from "../error.ts";
import { type FibRoute, formatRoute } from "../fib-route.ts";
import type { Interfaces, LinkSettings, VethPair } from "../interfaces.ts";
import type { Link, LinkAddress } from "../links.ts";
import { type Neighbour, neighbourKey } from "../neighbour.ts";
import { NetlinkClient, type WriteBody } from "../netlink/client.ts";
import { NETLINK_ROUTE, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../netlink/header.ts";
import type { OpenNetlink } from "../netlink/socket.ts";
import { decodeAddress, encodeAddress, encodeAddressDump } from "./address.ts";
import { k } from "./constants.ts";
import { decodeLink, encodeLinkDump, encodeLinkQuery, encodeLinkSettings, encodeVeth } from "./link.ts";
import { encodeNeighbour } from "./neighbour.ts";
import { encodeRoute } from "./route.ts";

/** Runs its body with a descriptor of the namespace at a path. */
export type WithNetns = <T>(path: string | undefined, body: (netns: number) => T) => T;

/** Interfaces of one namespace over rtnetlink. */
export class RtnetlinkInterfaces implements Interfaces {
  readonly #client: NetlinkClient;
  readonly #withNetns: WithNetns;

  /** @throws KernelError when the socket cannot be opened */
  constructor(open: OpenNetlink, withNetns: WithNetns, options: { readonly netns?: string }) {
    this.#client = new NetlinkClient(open, { ...options, protocol: NETLINK_ROUTE });
    this.#withNetns = withNetns;
  }

  async link(which: string | number): Promise<Link | undefined> {
    const query: WriteBody = (w) => encodeLinkQuery(w, which);
    try {
      return (await this.#client.get(k.RTM_GETLINK, query, decodeLink, `query of link ${which}`))[0];
    } catch (error) {
      if (isErrno(error, errno.ENODEV)) return undefined;
      throw error;
    }
  }

  links(): Promise<Link[]> {
    return this.#client.dump(k.RTM_GETLINK, encodeLinkDump, decodeLink, "dump of links");
  }

  createVeth(pair: VethPair): Promise<void> {
    const operation = `creation of the veth pair ${pair.name} and ${pair.peer.name}`;
    // "Ours" as the peer's place is where this process lives, not where the request is made.
    const netns = pair.peer.netns ?? "/proc/self/ns/net";
    return this.#withNetns(netns, (peerNetns) =>
      this.#client.request(k.RTM_NEWLINK, create, (w) => encodeVeth(w, pair, peerNetns), operation),
    );
  }

  setLink(ifindex: number, settings: LinkSettings): Promise<void> {
    const body: WriteBody = (w) => encodeLinkSettings(w, ifindex, settings);
    return this.#client.request(k.RTM_NEWLINK, 0, body, `change of link ${ifindex}`);
  }

  async deleteLink(which: string | number): Promise<boolean> {
    const body: WriteBody = (w) => encodeLinkQuery(w, which);
    try {
      await this.#client.request(k.RTM_DELLINK, 0, body, `deletion of link ${which}`);
      return true;
    } catch (error) {
      if (isErrno(error, errno.ENODEV)) return false;
      throw error;
    }
  }

  addresses(): Promise<LinkAddress[]> {
    return this.#client.dump(k.RTM_GETADDR, encodeAddressDump, decodeAddress, "dump of addresses");
  }

  async address(
    change: Change<{ readonly ifindex: number; readonly prefix: Prefix }, { readonly noDad: boolean }>,
  ): Promise<void> {
    const { ifindex, prefix } = change.key;
    const noDad = change.kind === "set" && change.value.noDad;
    const body: WriteBody = (w) => encodeAddress(w, ifindex, prefix, noDad);
    const operation = `${change.kind} of address ${formatPrefix(prefix)} on link ${ifindex}`;
    if (change.kind === "set") return this.#client.request(k.RTM_NEWADDR, createOrReplace, body, operation);
    try {
      await this.#client.request(k.RTM_DELADDR, 0, body, operation);
    } catch (error) {
      if (!isErrno(error, errno.EADDRNOTAVAIL)) throw error;
    }
  }

  setRoute(route: FibRoute): Promise<void> {
    const operation = `setting of route ${formatRoute(route)}`;
    return this.#client.request(k.RTM_NEWROUTE, createOrReplace, (w) => encodeRoute(w, route), operation);
  }

  setNeighbour(neighbour: Neighbour): Promise<void> {
    const operation = `setting of neighbour ${neighbourKey(neighbour)}`;
    return this.#client.request(k.RTM_NEWNEIGH, createOrReplace, (w) => encodeNeighbour(w, neighbour), operation);
  }

  close(): void {
    this.#client.close();
  }
}

const create = NLM_F_CREATE | NLM_F_EXCL;
const createOrReplace = NLM_F_CREATE | NLM_F_REPLACE;

function isErrno(error: unknown, number: number): boolean {
  return error instanceof KernelError && error.code === "kernel/refused" && error.facts.errno === number;
}
