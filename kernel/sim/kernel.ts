import { remove, set } from "../../lib/change.ts";
import { errno } from "../errno.ts";
import { type KernelError, refused } from "../error.ts";
import type { FibListener } from "../fib.ts";
import { canonicalRoute, type FibRoute, routeKey, sameRoute } from "../fib-route.ts";
import type { Link, LinkAddress, LinksListener } from "../links.ts";
import { type Neighbour, neighbourKey } from "../neighbour.ts";
import { addressKey } from "../rtnetlink/address.ts";
import type { Rule } from "../rule.ts";
import { SimFaults } from "./faults.ts";

/** Settings that come and go with an interface; `*` is its name. A renamed interface takes them along in Linux, not here. */
const interfaceSettings = [
  "net/ipv4/conf/*/proxy_arp",
  "net/ipv4/conf/*/forwarding",
  "net/ipv4/conf/*/rp_filter",
  "net/ipv4/conf/*/route_localnet",
  "net/ipv4/neigh/*/proxy_delay",
  "net/ipv6/conf/*/proxy_ndp",
  "net/ipv6/conf/*/forwarding",
  "net/ipv6/conf/*/accept_ra",
  "net/ipv6/conf/*/accept_dad",
  "net/ipv6/conf/*/disable_ipv6",
];

/**
 * One network namespace in memory. Keeps the promises of Linux: one route a (table, prefix, metric), exclusive creates,
 * deletes by protocol, routes and neighbours that go with their link (IPv4 routes without a word), notifications in
 * order and after the fact. Breaks only what Linux may break, when `faults` is told to: refusals, interrupted dumps,
 * lost notifications and answers. Others act on it through the same methods as its ports do, as `by: "other"`.
 */
export class SimKernel {
  readonly faults = new SimFaults();
  readonly links = new Map<number, Link>();
  readonly addresses = new Map<string, LinkAddress>();
  readonly routes = new Map<string, FibRoute>();
  readonly neighbours = new Map<string, Neighbour>();
  readonly rules = new Map<string, Rule>();
  /** Settings that exist, by path below /proc/sys. */
  readonly sysctls = new Map<string, string>();
  readonly fibListeners = new Set<FibListener>();
  readonly linkListeners = new Set<LinksListener>();
  #nextIfindex = 1;

  constructor() {
    this.addLink({ name: "lo", kind: "", up: true });
  }

  /** Makes an interface; `ifindex` reuses a number, as Linux may after a long life. Answers its ifindex. */
  addLink(link: Partial<Link> & { readonly name: string }): number {
    const ifindex = link.ifindex ?? this.#nextIfindex;
    if (this.links.has(ifindex) || this.linkNamed(link.name)) throw refused(`link ${link.name}`, errno.EEXIST);
    this.#nextIfindex = Math.max(this.#nextIfindex, ifindex + 1);
    const up = link.up ?? false;
    const defaults = { mac: "02:00:00:00:00:01", mtu: 1500, kind: "veth", peer: 0, master: 0, running: up };
    for (const setting of interfaceSettings) this.sysctls.set(setting.replace("*", link.name), "0");
    this.putLink({ ...defaults, ...link, up, ifindex });
    return ifindex;
  }

  linkNamed(name: string): Link | undefined {
    return [...this.links.values()].find((link) => link.name === name);
  }

  /** Sets a link's whole state, and lets happen what follows from it. */
  putLink(link: Link): void {
    const before = this.links.get(link.ifindex);
    this.links.set(link.ifindex, link);
    if (before?.up && !link.up) this.#flush(link.ifindex);
    this.#tellLinks((listener) => listener.link(set(link.ifindex, link)));
    this.#tellFib((listener) => (link.up ? listener.linkUp(link.ifindex) : listener.linkDown(link.ifindex)));
  }

  /** Changes some of a link; a link that is gone stays gone. */
  changeLink(ifindex: number, change: Partial<Omit<Link, "ifindex">>): void {
    const link = this.links.get(ifindex);
    if (!link) throw refused(`change of link ${ifindex}`, errno.ENODEV);
    const up = change.up ?? link.up;
    this.putLink({ ...link, ...change, up, running: change.running ?? up });
  }

  deleteLink(ifindex: number): void {
    const name = this.links.get(ifindex)?.name;
    if (name === undefined || !this.links.delete(ifindex)) return;
    for (const setting of interfaceSettings) this.sysctls.delete(setting.replace("*", name));
    for (const [key, address] of this.addresses) if (address.ifindex === ifindex) this.dropAddress(key);
    this.#flush(ifindex);
    this.#tellLinks((listener) => listener.link(remove(ifindex)));
    this.#tellFib((listener) => listener.linkDown(ifindex));
  }

  putAddress(address: LinkAddress): void {
    const key = addressKey(address);
    this.addresses.set(key, address);
    this.#tellLinks((listener) => listener.address(set(key, address)));
  }

  dropAddress(key: string): void {
    const address = this.addresses.get(key);
    if (!address) return;
    this.addresses.delete(key);
    this.#tellLinks((listener) => listener.address(remove(key)));
    this.#tellFib((listener) => listener.addressGone(address.prefix.family));
  }

  /** Writes a route as Linux does. `by` says whose listeners hear of it: only others are told to the driver. */
  writeRoute(kind: "create" | "replace" | "delete", given: FibRoute, by: "driver" | "other"): KernelError | undefined {
    const route = canonicalRoute(given);
    const key = routeKey(route);
    const there = this.routes.get(key);
    if (kind === "delete") {
      if (there?.protocol !== route.protocol) return undefined;
      this.routes.delete(key);
      if (by === "other") this.#tellFib((listener) => listener.vanished(there, false));
      return undefined;
    }
    if (kind === "create" && there) return refused(`create of route ${key}`, errno.EEXIST);
    for (const { ifindex } of route.nexthops) {
      const link = this.links.get(ifindex);
      if (!link) return refused(`${kind} of route ${key}`, errno.ENODEV);
      if (!link.up) return refused(`${kind} of route ${key}`, errno.ENETDOWN);
    }
    this.routes.set(key, route);
    if (by === "other") this.#tellFib((listener) => listener.appeared(route, there !== undefined));
    return undefined;
  }

  /** Puts a neighbour; its link must be there. */
  writeNeighbour(neighbour: Neighbour): KernelError | undefined {
    const key = neighbourKey(neighbour);
    if (!this.links.has(neighbour.ifindex)) return refused(`neighbour ${key}`, errno.ENODEV);
    this.neighbours.set(key, neighbour);
    return undefined;
  }

  /** Whether the kernel holds exactly this route. */
  has(route: FibRoute): boolean {
    const there = this.routes.get(routeKey(route));
    return there !== undefined && sameRoute(there, canonicalRoute(route));
  }

  /** The kernel runs out of room: what was not yet told is lost, and the listeners are told so. */
  overrun(): void {
    for (const listener of this.fibListeners) queueMicrotask(() => listener.overrun());
  }

  #flush(ifindex: number): void {
    for (const [key, route] of this.routes) {
      if (route.nexthops.length === 0 || !route.nexthops.every((hop) => hop.ifindex === ifindex)) continue;
      this.routes.delete(key);
      if (route.prefix.family === "ipv6") this.#tellFib((listener) => listener.vanished(route, true));
    }
    for (const [key, neighbour] of this.neighbours) if (neighbour.ifindex === ifindex) this.neighbours.delete(key);
  }

  #tellFib(tell: (listener: FibListener) => void): void {
    if (this.faults.losesNotice()) return;
    for (const listener of this.fibListeners) {
      queueMicrotask(() => {
        if (this.fibListeners.has(listener)) tell(listener);
      });
    }
  }

  #tellLinks(tell: (listener: LinksListener) => void): void {
    for (const listener of this.linkListeners) {
      queueMicrotask(() => {
        if (this.linkListeners.has(listener)) tell(listener);
      });
    }
  }
}
