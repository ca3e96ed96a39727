import type { OpenFib } from "../fib.ts";
import { RtnetlinkFib } from "../rtnetlink/fib.ts";
import { openNetlink } from "./netlink-socket.ts";

/** The routes of this machine's kernel. */
export const openFib: OpenFib = (options, listener) => new RtnetlinkFib(openNetlink, options, listener);
