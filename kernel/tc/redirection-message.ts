import type { AttributeReader } from "../netlink/attribute.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { tc } from "./constants.ts";
import { encodeTcHeader } from "./qdisc-message.ts";

/** A u32 filter behind an interface's ingress queue that sends packets on to another device. */
export interface Redirection {
  readonly handle: number;
  readonly priority: number;
  /** ifindex of the device; 0 when that is gone. */
  readonly target: number;
}

/** Where Felix and the bandwidth plugin put theirs, and we ours. */
export const redirectionPriority = 1;
/** Class 1:1, which says nothing here but which u32 filters have. */
const CLASS = 0x00010001;

/** Body of a dump of the filters behind an interface's ingress queue. */
export function encodeFilterDump(w: MessageWriter, ifindex: number): void {
  encodeTcHeader(w, ifindex, 0, tc.INGRESS_HANDLE);
}

/** Body of a request that sends everything that comes in by an interface on to a device. */
export function encodeRedirection(w: MessageWriter, ifindex: number, target: number): void {
  encodeTcHeader(w, ifindex, 0, tc.INGRESS_HANDLE, filterInfo());
  w.attrText(tc.TCA_KIND, "u32");
  w.nest(tc.TCA_OPTIONS, (options) => {
    options.attrU32(tc.TCA_U32_CLASSID, CLASS);
    options.attrBytes(tc.TCA_U32_SEL, everything);
    options.nest(tc.TCA_U32_ACT, (actions) => {
      actions.nest(1, (action) => {
        action.attrText(tc.TCA_ACT_KIND, "mirred");
        action.nest(tc.TCA_ACT_OPTIONS, (mirred) => mirred.attrBytes(tc.TCA_MIRRED_PARMS, redirectTo(target)));
      });
    });
  });
}

/** Body of a request that deletes one filter. */
export function encodeRedirectionDeletion(w: MessageWriter, ifindex: number, handle: number): void {
  encodeTcHeader(w, ifindex, handle, tc.INGRESS_HANDLE, filterInfo());
  w.attrText(tc.TCA_KIND, "u32");
}

/** Priority, and the protocol in network order as the low half of a host-endian word. */
function filterInfo(): number {
  const protocol = new DataView(Uint16Array.of(tc.ETH_P_ALL).buffer).getUint16(0);
  return redirectionPriority * 65536 + protocol;
}

/**
 *      struct tc_u32_sel: flags u8, offshift u8, nkeys u8, pad u8, offmask, off, offoff, hoff u16 each, hmask u32,
 *      then keys of mask u32, value u32, offset i32, offset mask i32: one that every packet matches
 */
const everything = Uint8Array.of(tc.TC_U32_TERMINAL, 0, 1, ...new Uint8Array(29));

/**
 *      struct tc_mirred: index u32, capab u32, action i32, refcnt i32, bindcnt i32, eaction i32, ifindex u32
 */
function redirectTo(target: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(0, 0, tc.TC_ACT_STOLEN, 0, 0, tc.TCA_EGRESS_REDIR, target).buffer);
}

/**
 * The redirection of an RTM_NEWTFILTER, or undefined when it is another filter. @throws KernelError `kernel/malformed`
 */
export function decodeRedirection(message: Message): Redirection | undefined {
  let kind = "";
  let target: number | undefined;
  const row = message.attributes(tc.SIZEOF_TCMSG);
  while (row.next()) {
    if (row.type === tc.TCA_KIND) kind = row.text();
    else if (row.type === tc.TCA_OPTIONS && kind === "u32") target = targetOf(row.nested());
  }
  return target === undefined ? undefined : { handle: message.u32(8), priority: message.u32(16) >>> 16, target };
}

function targetOf(options: AttributeReader): number | undefined {
  while (options.next()) {
    if (options.type !== tc.TCA_U32_ACT) continue;
    const actions = options.nested();
    while (actions.next()) {
      const target = redirectedBy(actions.nested());
      if (target !== undefined) return target;
    }
  }
  return undefined;
}

function redirectedBy(action: AttributeReader): number | undefined {
  let kind = "";
  while (action.next()) {
    if (action.type === tc.TCA_ACT_KIND) kind = action.text();
    if (action.type !== tc.TCA_ACT_OPTIONS || kind !== "mirred") continue;
    const mirred = action.nested();
    while (mirred.next()) {
      if (mirred.type !== tc.TCA_MIRRED_PARMS || mirred.length < 28) continue;
      const words = new Uint32Array(mirred.bytes().slice(0, 28).buffer);
      if (words[5] === tc.TCA_EGRESS_REDIR) return words[6]!;
    }
  }
  return undefined;
}
