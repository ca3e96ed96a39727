import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind } from "./write-expression.ts";

const kind = new ExpressionKind("log");

const NFTA_LOG_GROUP = 1;
const NFTA_LOG_PREFIX = 2;
const NFTA_LOG_SNAPLEN = 3;

/** The most octets of a prefix (NF_LOG_PREFIXLEN with its NUL). */
export const longestLogPrefix = 127;

/** Logs the packet: to NFLOG listeners of `group`, or without one to the kernel log at level warning. */
export function writeLog(w: MessageWriter, prefix: string, group?: number, snaplen?: number): void {
  kind.write(w, () => {
    if (prefix !== "") w.attrText(NFTA_LOG_PREFIX, prefix);
    if (group === undefined) return;
    w.attrBe16(NFTA_LOG_GROUP, group);
    if (snaplen !== undefined) w.attrBe32(NFTA_LOG_SNAPLEN, snaplen);
  });
}
