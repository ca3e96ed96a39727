import type { Change } from "../../lib/change.ts";
import { type Address, isLinkLocal, sameAddress } from "../../net/address.ts";
import type { Link, LinkAddress } from "../links.ts";

/** Whether router discovery can run on an interface: the link with its link-local addresses, or why not. */
export type LinkReadiness =
  | { readonly isReady: true; readonly link: Link }
  | { readonly isReady: false; readonly why: string };

/** What the kernel tells of links and their link-local addresses. */
export class LinkView {
  readonly #links = new Map<number, Link>();
  readonly #addresses = new Map<string, LinkAddress>();

  link(change: Change<number, Link>): void {
    if (change.kind === "set") this.#links.set(change.key, change.value);
    else this.#links.delete(change.key);
  }

  /** Whether it is news for us. */
  address(change: Change<string, LinkAddress>): boolean {
    if (change.kind === "delete") return this.#addresses.delete(change.key);
    const { prefix } = change.value;
    if (prefix.family !== "ipv6" || !isLinkLocal(prefix)) return false;
    this.#addresses.set(change.key, change.value);
    return true;
  }

  /** The interface of this name; undefined: there is none. */
  named(name: string): Link | undefined {
    for (const link of this.#links.values()) if (link.name === name) return link;
    return undefined;
  }

  /** Whether an address is a link-local one of ours on this link. */
  isOwn(ifindex: number, address: Address): boolean {
    return this.#of(ifindex).some(({ prefix }) => sameAddress(prefix, address));
  }

  readiness(name: string): LinkReadiness {
    const link = this.named(name);
    const no = (why: string): LinkReadiness => ({ isReady: false, why });
    if (!link) return no(`there is no interface ${name}`);
    if (!link.up) return no(`${name} is down: ip link set ${name} up`);
    if (!link.running) return no(`${name} has no carrier: look at the cable and the other end`);
    const own = this.#of(link.ifindex);
    if (own.length === 0) return no(`${name} has no link-local address: is net.ipv6.conf.${name}.disable_ipv6 set?`);
    if (own.every(({ tentative }) => tentative)) {
      return no(`the link-local address of ${name} is not usable yet: duplicate address detection runs or has failed`);
    }
    return { isReady: true, link };
  }

  #of(ifindex: number): LinkAddress[] {
    return [...this.#addresses.values()].filter((one) => one.ifindex === ifindex);
  }
}
