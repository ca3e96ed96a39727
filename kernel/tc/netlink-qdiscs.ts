import { invariant } from "../../lib/error.ts";
import { errno } from "../errno.ts";
import { KernelError, refused } from "../error.ts";
import type { KernelChange } from "../kernel-set.ts";
import type { Link } from "../links.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_ROUTE } from "../netlink/header.ts";
import type { OpenNetlink } from "../netlink/socket.ts";
import { tc } from "./constants.ts";
import { ifbName, isShapingDevice } from "./ifb-name.ts";
import type { Qdiscs } from "./port.ts";
import type { Qdisc } from "./qdisc-message.ts";
import { redirectionPriority } from "./redirection-message.ts";
import { type Bucket, type Shaping, shapingKey } from "./shaping.ts";
import { TcRequests } from "./tc-requests.ts";

/** Token buckets over rtnetlink: at the root of an interface for ingress, behind a redirection to an ifb for egress. */
export class NetlinkQdiscs implements Qdiscs {
  readonly #client: NetlinkClient;
  readonly #requests: TcRequests;

  /** @throws KernelError when the socket cannot be opened */
  constructor(open: OpenNetlink, options: { readonly netns?: string }) {
    this.#client = new NetlinkClient(open, { ...options, protocol: NETLINK_ROUTE });
    this.#requests = new TcRequests(this.#client);
  }

  close(): void {
    this.#client.close();
  }

  async dump(): Promise<ReadonlyMap<string, Shaping>> {
    const links = new Map((await this.#requests.links()).map((link) => [link.ifindex, link]));
    const qdiscs = await this.#requests.qdiscs();
    const buckets = new Map(qdiscs.filter(isBucket).map(({ ifindex, bucket }) => [ifindex, bucket]));
    const found: Shaping[] = [];
    for (const [ifindex, bucket] of buckets) {
      const link = links.get(ifindex);
      if (link && !isShapingDevice(link)) {
        found.push({ interfaceName: link.name, ifindex, direction: "ingress", bucket });
      }
    }
    const led = new Set<number>();
    for (const { ifindex } of qdiscs.filter(({ kind }) => kind === "ingress")) {
      const link = links.get(ifindex);
      const egress = link && (await this.#egress(link, links, buckets, led));
      if (egress) found.push(egress);
    }
    for (const link of links.values()) {
      if (isShapingDevice(link) && !led.has(link.ifindex)) found.push(unused(link, links));
    }
    return new Map(found.map((shaping) => [shapingKey(shaping), shaping]));
  }

  async apply(changes: readonly KernelChange<Shaping>[]): Promise<readonly (KernelError | undefined)[]> {
    const results: (KernelError | undefined)[] = [];
    for (const change of changes) results.push(await this.#try(change));
    return results;
  }

  async #try(change: KernelChange<Shaping>): Promise<KernelError | undefined> {
    try {
      await this.#apply(change);
      return undefined;
    } catch (error) {
      if (error instanceof KernelError && error.code === "kernel/refused") return error;
      throw error;
    }
  }

  #apply({ kind, value }: KernelChange<Shaping>): Promise<void> {
    if (kind === "delete") {
      return value.direction === "ingress" ? this.#requests.deleteBucket(value.ifindex) : this.#endEgress(value);
    }
    invariant(value.bucket, `the bucket of ${shapingKey(value)} is not said`);
    if (value.direction === "ingress") return this.#requests.setBucket(value.ifindex, value.bucket);
    return this.#lead(value, value.bucket);
  }

  /** What leads an interface's egress somewhere at our place; undefined when nothing does. */
  async #egress(
    link: Link,
    links: ReadonlyMap<number, Link>,
    buckets: ReadonlyMap<number, Bucket | undefined>,
    led: Set<number>,
  ): Promise<Shaping | undefined> {
    const ours = (await this.#requests.redirections(link.ifindex)).filter(({ priority, target }) => {
      const to = links.get(target);
      return priority === redirectionPriority && (!to || isShapingDevice(to));
    });
    const [first] = ours;
    if (!first) return undefined;
    for (const { target } of ours) led.add(target);
    const device = links.get(first.target);
    const isWhole = ours.length === 1 && device?.up && device.name === ifbName(link.name);
    const bucket = isWhole ? buckets.get(device.ifindex) : undefined;
    return { interfaceName: link.name, ifindex: link.ifindex, direction: "egress", bucket };
  }

  /** Leads an interface's egress through its device, with whatever of that is not there yet. */
  async #lead({ interfaceName, ifindex }: Shaping, bucket: Bucket): Promise<void> {
    const { mtu } = await this.#requests.link(ifindex);
    const name = ifbName(interfaceName);
    await this.#requests.createIfb(name, mtu);
    const device = await this.#requests.link(name);
    if (!isShapingDevice(device)) {
      throw refused(`creation of the device ${name}`, errno.EEXIST, `it is there and is a ${device.kind || "device"}`);
    }
    await this.#requests.raiseIfb(device.ifindex, mtu);
    // The bucket first: from the redirection on every packet is held to it.
    await this.#requests.setBucket(device.ifindex, bucket);
    await this.#requests.createIngress(ifindex);
    await this.#redirect(ifindex, device.ifindex);
  }

  async #redirect(ifindex: number, target: number): Promise<void> {
    let isThere = false;
    for (const one of await this.#requests.redirections(ifindex)) {
      if (one.priority !== redirectionPriority) continue;
      // Whatever else redirects at our place goes, as with Felix: an earlier device, or the bandwidth plugin's.
      if (one.target === target && !isThere) isThere = true;
      else await this.#requests.deleteRedirection(ifindex, one.handle);
    }
    if (!isThere) await this.#requests.redirect(ifindex, target);
  }

  async #endEgress({ interfaceName, ifindex }: Shaping): Promise<void> {
    const links = await this.#requests.links();
    const devices = links.filter(isShapingDevice);
    const isDevice = (link: Link | undefined) => link !== undefined && devices.includes(link);
    if (links.some((link) => link.ifindex === ifindex && !isDevice(link))) {
      let others = 0;
      for (const { handle, priority, target } of await this.#requests.redirections(ifindex)) {
        const to = links.find((link) => link.ifindex === target);
        const isOurs = priority === redirectionPriority && (!to || isDevice(to));
        if (isOurs) await this.#requests.deleteRedirection(ifindex, handle);
        else others++;
      }
      if (others === 0) await this.#requests.deleteIngress(ifindex);
    }
    const device = devices.find(({ name }) => name === ifbName(interfaceName) || name === interfaceName);
    if (device) await this.#requests.deleteLink(device.ifindex);
  }
}

function isBucket({ kind, handle, parent }: Qdisc): boolean {
  return kind === "tbf" && handle === tc.BUCKET_HANDLE && parent === tc.TC_H_ROOT;
}

/** A device that nothing is led through: of the interface it is named for, or else under its own name. */
function unused(device: Link, links: ReadonlyMap<number, Link>): Shaping {
  const owner = [...links.values()].find((link) => ifbName(link.name) === device.name) ?? device;
  return { interfaceName: owner.name, ifindex: owner.ifindex, direction: "egress", bucket: undefined };
}
