import { openNetlink } from "../../io/netlink-socket.ts";
import { NetlinkQdiscs } from "../netlink-qdiscs.ts";
import type { OpenQdiscs } from "../port.ts";

/** Token buckets of a network namespace of this machine's kernel; needs CAP_NET_ADMIN. */
export const openQdiscs: OpenQdiscs = (options) => new NetlinkQdiscs(openNetlink, options);
