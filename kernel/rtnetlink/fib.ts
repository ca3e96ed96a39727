import { errno } from "../errno.ts";
import { KernelError } from "../error.ts";
import type { Fib, FibFilter, FibListener, FibWrite } from "../fib.ts";
import { type FibRoute, formatRoute } from "../fib-route.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_ROUTE, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../netlink/header.ts";
import { type Message, MessageReader } from "../netlink/message-reader.ts";
import type { NetlinkSocket, OpenNetlink } from "../netlink/socket.ts";
import { k } from "./constants.ts";
import { familyOf } from "./family.ts";
import { joinedRoutes } from "./joined-routes.ts";
import { decodeLink } from "./link.ts";
import { decodeRoute, encodeRoute, encodeRouteDelete, encodeRouteDump } from "./route.ts";

const groups = [
  k.RTNLGRP_LINK,
  k.RTNLGRP_IPV4_IFADDR,
  k.RTNLGRP_IPV4_ROUTE,
  k.RTNLGRP_IPV6_IFADDR,
  k.RTNLGRP_IPV6_ROUTE,
];

/** Another daemon may load a full table while we are busy: a million notifications of 128 octets and their overhead. */
const notificationRoom = 64 << 20;

/** The kernel's routes over rtnetlink: one socket to write and dump, another to hear what others do. */
export class RtnetlinkFib implements Fib {
  readonly #client: NetlinkClient;
  readonly #monitor: NetlinkSocket;

  /** @throws KernelError when a socket cannot be opened */
  constructor(open: OpenNetlink, options: { readonly netns?: string }, listener: FibListener) {
    this.#client = new NetlinkClient(open, { ...options, protocol: NETLINK_ROUTE });
    try {
      this.#monitor = open(
        {
          ...options,
          protocol: NETLINK_ROUTE,
          groups,
          ignorePort: this.#client.port,
          receiveBuffer: notificationRoom,
        },
        {
          received: (octets) => tell(octets, listener),
          overrun: () => listener.overrun(),
          failed: (error) => listener.failed(error),
        },
      );
    } catch (error) {
      this.#client.close();
      throw error;
    }
  }

  async dump(filter: FibFilter): Promise<FibRoute[]> {
    const wanted = (message: Message): FibRoute | undefined => {
      const route = decodeRoute(message);
      // Kernels before 4.20 do not filter, whatever is asked.
      const passes = route?.table === filter.table && (filter.protocol ?? route.protocol) === route.protocol;
      return passes ? route : undefined;
    };
    try {
      const operation = `dump of ${filter.family} routes of table ${filter.table}`;
      const routes = await this.#client.dump(k.RTM_GETROUTE, (w) => encodeRouteDump(w, filter), wanted, operation);
      return filter.family === "ipv6" ? joinedRoutes(routes) : routes;
    } catch (error) {
      if (isErrno(error, errno.ENOENT)) return [];
      throw error;
    }
  }

  async apply(writes: readonly FibWrite[]): Promise<readonly (KernelError | undefined)[]> {
    const batch = this.#client.batch();
    for (const { kind, route } of writes) {
      if (kind === "delete") encodeRouteDelete(batch.request(k.RTM_DELROUTE, 0), route);
      else encodeRoute(batch.request(k.RTM_NEWROUTE, kind === "create" ? create : replace), route);
    }
    const results: (KernelError | undefined)[] = new Array(writes.length).fill(undefined);
    const name = (index: number): string => `${writes[index]!.kind} of route ${formatRoute(writes[index]!.route)}`;
    for (const { index, error } of await batch.send(name)) {
      const gone = writes[index]!.kind === "delete" && notThere.has(error.facts.errno);
      if (!gone) results[index] = error;
    }
    return results;
  }

  close(): void {
    this.#monitor.close();
    this.#client.close();
  }
}

/** Tells the listener what one or more notifications say; what does not parse is as good as lost. */
function tell(octets: Uint8Array, listener: FibListener): void {
  try {
    const reader = new MessageReader(octets);
    while (reader.next()) tellOne(reader, listener);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    listener.overrun();
  }
}

function tellOne(message: Message, listener: FibListener): void {
  switch (message.type) {
    case k.RTM_NEWROUTE: {
      const route = decodeRoute(message);
      if (route) listener.appeared(route, (message.flags & NLM_F_REPLACE) !== 0);
      break;
    }
    case k.RTM_DELROUTE: {
      const route = decodeRoute(message);
      if (route) listener.vanished(route, message.port === 0);
      break;
    }
    case k.RTM_NEWLINK:
    case k.RTM_DELLINK: {
      const link = decodeLink(message);
      if (!link) break;
      if (link.up && message.type === k.RTM_NEWLINK) listener.linkUp(link.ifindex);
      else listener.linkDown(link.ifindex);
      break;
    }
    case k.RTM_DELADDR: {
      const family = familyOf(message.u8(0));
      if (family) listener.addressGone(family);
      break;
    }
  }
}

const create = NLM_F_CREATE | NLM_F_EXCL;
const replace = NLM_F_CREATE | NLM_F_REPLACE;
/** Errors of a deletion that only say that it is done already: no such route, table or interface. */
const notThere: ReadonlySet<number> = new Set([errno.ESRCH, errno.ENOENT, errno.ENODEV]);

function isErrno(error: unknown, number: number): boolean {
  return error instanceof KernelError && error.code === "kernel/refused" && error.facts.errno === number;
}
