import type { WatchLinks } from "../links.ts";
import { RtnetlinkLinkWatch } from "../rtnetlink/link-watch.ts";
import { openNetlink } from "./netlink-socket.ts";

/** Watches the interfaces of this machine's kernel. */
export const watchLinks: WatchLinks = (options, listener) => new RtnetlinkLinkWatch(openNetlink, options, listener);
