import { remove, set } from "../../lib/change.ts";
import { KernelError } from "../error.ts";
import { type Link, type LinkAddress, type LinksListener, type LinkWatch, sameLink } from "../links.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_ROUTE } from "../netlink/header.ts";
import { type Message, MessageReader } from "../netlink/message-reader.ts";
import type { NetlinkSocket, OpenNetlink } from "../netlink/socket.ts";
import { addressKey, decodeAddress, encodeAddressDump } from "./address.ts";
import { k } from "./constants.ts";
import { decodeLink, encodeLinkDump } from "./link.ts";

const groups = [k.RTNLGRP_LINK, k.RTNLGRP_IPV4_IFADDR, k.RTNLGRP_IPV6_IFADDR];

/**
 * Interfaces and addresses over rtnetlink. Notifications that arrive while a dump is read wait for its end: they are
 * newer, or say what the dump said already.
 */
export class RtnetlinkLinkWatch implements LinkWatch {
  readonly #client: NetlinkClient;
  readonly #monitor: NetlinkSocket;
  readonly #listener: LinksListener;
  readonly #links = new Map<number, Link>();
  readonly #addresses = new Map<string, LinkAddress>();
  /** Copies of notifications that came during a dump. */
  #waiting: Uint8Array[] = [];
  #dumping = false;
  #again = false;
  #closed = false;

  /** @throws KernelError when a socket cannot be opened */
  constructor(open: OpenNetlink, options: { readonly netns?: string }, listener: LinksListener) {
    this.#listener = listener;
    this.#client = new NetlinkClient(open, { ...options, protocol: NETLINK_ROUTE });
    try {
      this.#monitor = open(
        { ...options, protocol: NETLINK_ROUTE, groups },
        {
          received: (octets) => this.#received(octets),
          overrun: () => this.#resync(),
          failed: (error) => this.#fail(error),
        },
      );
    } catch (error) {
      this.#client.close();
      throw error;
    }
    this.#resync();
  }

  close(): void {
    this.#closed = true;
    this.#monitor.close();
    this.#client.close();
  }

  #resync(): void {
    this.#again = true;
    if (this.#dumping || this.#closed) return;
    this.#dumping = true;
    void this.#dumpAll();
  }

  async #dumpAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        this.#waiting = [];
        const links = await this.#client.dump(k.RTM_GETLINK, encodeLinkDump, decodeLink, "dump of links");
        const addresses = await this.#client.dump(k.RTM_GETADDR, encodeAddressDump, decodeAddress, "dump of addresses");
        if (!this.#closed) this.#dumped(links, addresses);
      }
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (!this.#closed) this.#fail(error);
    }
    this.#dumping = false;
  }

  #dumped(links: readonly Link[], addresses: readonly LinkAddress[]): void {
    const there = new Set(links.map((link) => link.ifindex));
    const held = new Set(addresses.map(addressKey));
    for (const [key, address] of this.#addresses) {
      if (!held.has(key) || !there.has(address.ifindex)) this.#dropAddress(key);
    }
    for (const ifindex of [...this.#links.keys()]) if (!there.has(ifindex)) this.#dropLink(ifindex);
    for (const link of links) this.#setLink(link);
    for (const address of addresses) this.#setAddress(address);
    const waiting = this.#waiting.splice(0);
    for (const octets of waiting) this.#tell(octets);
    this.#listener.synced();
  }

  #received(octets: Uint8Array): void {
    if (this.#dumping) this.#waiting.push(octets.slice());
    else this.#tell(octets);
  }

  #tell(octets: Uint8Array): void {
    try {
      const reader = new MessageReader(octets);
      while (!this.#closed && reader.next()) this.#tellOne(reader);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#resync();
    }
  }

  #tellOne(message: Message): void {
    switch (message.type) {
      case k.RTM_NEWLINK:
      case k.RTM_DELLINK: {
        const link = decodeLink(message);
        if (link && message.type === k.RTM_NEWLINK) this.#setLink(link);
        else if (link) this.#dropLink(link.ifindex);
        break;
      }
      case k.RTM_NEWADDR:
      case k.RTM_DELADDR: {
        const address = decodeAddress(message);
        if (address && message.type === k.RTM_NEWADDR) this.#setAddress(address);
        else if (address) this.#dropAddress(addressKey(address));
        break;
      }
    }
  }

  #setLink(link: Link): void {
    const before = this.#links.get(link.ifindex);
    if (before && sameLink(before, link)) return;
    // An ifindex that was deleted and given away between two dumps. Kind never changes, a name may.
    if (before && before.kind !== link.kind) this.#dropLink(link.ifindex);
    this.#links.set(link.ifindex, link);
    this.#listener.link(set(link.ifindex, link));
  }

  #dropLink(ifindex: number): void {
    if (!this.#links.has(ifindex)) return;
    for (const [key, address] of this.#addresses) if (address.ifindex === ifindex) this.#dropAddress(key);
    this.#links.delete(ifindex);
    this.#listener.link(remove(ifindex));
  }

  #setAddress(address: LinkAddress): void {
    const key = addressKey(address);
    const before = this.#addresses.get(key);
    if (before?.scope === address.scope && before.tentative === address.tentative) return;
    this.#addresses.set(key, address);
    this.#listener.address(set(key, address));
  }

  #dropAddress(key: string): void {
    if (this.#addresses.delete(key)) this.#listener.address(remove(key));
  }

  #fail(error: KernelError): void {
    if (this.#closed) return;
    this.close();
    this.#listener.failed(error);
  }
}
