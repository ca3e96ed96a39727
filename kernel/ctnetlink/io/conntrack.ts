import { openNetlink } from "../../io/netlink-socket.ts";
import { NetlinkConntrack } from "../netlink-conntrack.ts";
import type { OpenConntrack } from "../port.ts";

/** The connection table of a network namespace of this machine's kernel; needs CAP_NET_ADMIN. */
export const openConntrack: OpenConntrack = (options) => new NetlinkConntrack(openNetlink, options);
