import { openNetlink } from "../../io/netlink-socket.ts";
import { bindGroup } from "../netlink-nflog.ts";
import type { OpenNflog } from "../port.ts";

/** Log groups of a network namespace of this machine's kernel; needs CAP_NET_ADMIN. */
export const openNflog: OpenNflog = (options, listener) => bindGroup(openNetlink, options, listener);
