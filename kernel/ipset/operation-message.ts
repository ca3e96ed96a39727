import { unreachable } from "../../lib/error.ts";
import { NLA_F_NESTED, NLA_F_NET_BYTEORDER } from "../netlink/attribute.ts";
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST } from "../netlink/header.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { beginNfnetlink, NFPROTO_IPV4 } from "../nfnetlink/header.ts";
import { addressWidth, type MemberKey } from "./member.ts";
import {
  familyNumber,
  IPSET_ATTR_ADT,
  IPSET_ATTR_CIDR,
  IPSET_ATTR_DATA,
  IPSET_ATTR_FAMILY,
  IPSET_ATTR_HASHSIZE,
  IPSET_ATTR_IFACE,
  IPSET_ATTR_IP,
  IPSET_ATTR_LINENO,
  IPSET_ATTR_MAXELEM,
  IPSET_ATTR_PORT,
  IPSET_ATTR_PROTO,
  IPSET_ATTR_PROTOCOL,
  IPSET_ATTR_REVISION,
  IPSET_ATTR_SETNAME,
  IPSET_ATTR_TYPENAME,
  message,
  protocolVersion,
  typeRevision,
} from "./message.ts";
import type { IpsetOperation } from "./port.ts";
import type { IpsetSpec } from "./set.ts";

/** Members of one message: what surely fits into the 65,535 octets of its IPSET_ATTR_ADT, 60 octets at most each. */
export const membersAtOnce = 1000;
const leastHashSize = 1024;
const mostHashSize = 1 << 17;

/** Buckets for so many members, so that the kernel need not double its hash again and again: about as many as it would end with. */
function hashSize(expected: number): number {
  let size = leastHashSize;
  while (size < mostHashSize && size * 3 < expected) size *= 2;
  return size;
}

/** Writes the message of an operation that is one; `add` and `delete` are written piece by piece by `writeMembers`. */
export function writeOperation(
  w: MessageWriter,
  sequence: number,
  operation: Exclude<IpsetOperation, { readonly kind: "add" | "delete" }>,
): void {
  const begin = (type: number, name: string, flags = 0): MessageWriter => {
    beginNfnetlink(w, type, NLM_F_REQUEST | flags, sequence, NFPROTO_IPV4);
    return w.attrU8(IPSET_ATTR_PROTOCOL, protocolVersion).attrText(IPSET_ATTR_SETNAME, name);
  };
  switch (operation.kind) {
    case "create":
      begin(message.create, operation.set.name, NLM_F_CREATE);
      writeDescription(w, operation.set, hashSize(operation.expected ?? 0));
      break;
    case "destroy":
      begin(message.destroy, operation.name, NLM_F_EXCL);
      break;
    case "flush":
      begin(message.flush, operation.name, NLM_F_EXCL);
      break;
    case "swap":
      begin(message.swap, operation.name, NLM_F_EXCL).attrText(IPSET_ATTR_TYPENAME, operation.with);
      break;
    case "rename":
      begin(message.rename, operation.name, NLM_F_EXCL).attrText(IPSET_ATTR_TYPENAME, operation.to);
      break;
    default:
      unreachable(operation);
  }
}

function writeDescription(w: MessageWriter, set: IpsetSpec, buckets: number): void {
  w.attrText(IPSET_ATTR_TYPENAME, set.type)
    .attrU8(IPSET_ATTR_REVISION, typeRevision[set.type])
    .attrU8(IPSET_ATTR_FAMILY, familyNumber(set))
    .nest(IPSET_ATTR_DATA, (data) =>
      data
        .attrBe32(IPSET_ATTR_HASHSIZE | NLA_F_NET_BYTEORDER, buckets)
        .attrBe32(IPSET_ATTR_MAXELEM | NLA_F_NET_BYTEORDER, set.maxelem),
    );
}

/**
 * Writes one message that adds (or deletes) the keys from `from` on, `membersAtOnce` at most; answers where the next begins. A key
 * that is there already is fine. Each member carries its index as line number, by which the kernel names the one it refuses.
 */
export function writeMembers(
  w: MessageWriter,
  sequence: number,
  { kind, set, keys }: Extract<IpsetOperation, { readonly kind: "add" | "delete" }>,
  from: number,
): number {
  const to = Math.min(keys.length, from + membersAtOnce);
  beginNfnetlink(w, message[kind], NLM_F_REQUEST, sequence, familyNumber(set));
  w.attrU8(IPSET_ATTR_PROTOCOL, protocolVersion)
    .attrText(IPSET_ATTR_SETNAME, set.name)
    .attrBe32(IPSET_ATTR_LINENO | NLA_F_NET_BYTEORDER, from)
    .nest(IPSET_ATTR_ADT, () => {
      for (let i = from; i < to; i++) writeMember(w, set, keys[i]!, i);
    });
  return to;
}

/** One member; the lengths of its nests are known beforehand, since a set may have a million. */
function writeMember(w: MessageWriter, set: IpsetSpec, key: MemberKey, line: number): void {
  const wide = addressWidth(set);
  const start = w.length;
  w.u16(0).u16(IPSET_ATTR_DATA | NLA_F_NESTED);
  w.u16(8 + wide).u16(IPSET_ATTR_IP | NLA_F_NESTED);
  w.u16(4 + wide).u16((wide === 4 ? 1 : 2) | NLA_F_NET_BYTEORDER);
  for (let i = 0; i < wide; i++) w.u8(key.charCodeAt(i));
  if (set.type === "hash:ip,port") {
    w.attrBe16(IPSET_ATTR_PORT | NLA_F_NET_BYTEORDER, (key.charCodeAt(wide + 1) << 8) | key.charCodeAt(wide + 2));
    w.attrU8(IPSET_ATTR_PROTO, key.charCodeAt(wide));
  } else {
    w.attrU8(IPSET_ATTR_CIDR, key.charCodeAt(wide));
    if (set.type === "hash:net,iface") w.attrText(IPSET_ATTR_IFACE, key.slice(wide + 1));
  }
  w.attrBe32(IPSET_ATTR_LINENO | NLA_F_NET_BYTEORDER, line);
  w.patch16(start, w.length - start);
}

/** Asks for an answer to the message that is open. */
export function acknowledge(w: MessageWriter): void {
  w.addFlags(NLM_F_ACK);
}
