import type { OpenInterfaces } from "../interfaces.ts";
import { RtnetlinkInterfaces } from "../rtnetlink/interfaces.ts";
import { openNetlink } from "./netlink-socket.ts";
import { withNetns } from "./netns.ts";

/** The interfaces of a network namespace of this machine's kernel. */
export const openInterfaces: OpenInterfaces = (options) => new RtnetlinkInterfaces(openNetlink, withNetns, options);
