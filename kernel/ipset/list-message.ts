import type { AttributeReader } from "../netlink/attribute.ts";
import type { Message } from "../netlink/message-reader.ts";
import { NFGENMSG_LEN, NFPROTO_IPV4 } from "../nfnetlink/header.ts";
import { octet, octetsOf, word16 } from "../nftables/octets.ts";
import type { MemberKey } from "./member.ts";
import * as ipset from "./message.ts";
import type { IpsetHeader } from "./port.ts";
import type { IpsetSpec, IpsetType } from "./set.ts";

const types: ReadonlySet<string> = new Set<IpsetType>(["hash:net", "hash:ip,port", "hash:net,iface"]);

function isOurType(type: string): type is IpsetType {
  return types.has(type);
}

/** A set's description out of a listing without members. @throws KernelError `kernel/malformed` */
export function readHeader(m: Message): IpsetHeader | undefined {
  let name = "";
  let type = "";
  let family = 0;
  let data: AttributeReader | undefined;
  const row = m.attributes(NFGENMSG_LEN);
  while (row.next()) {
    if (row.type === ipset.IPSET_ATTR_SETNAME) name = row.text();
    else if (row.type === ipset.IPSET_ATTR_TYPENAME) type = row.text();
    else if (row.type === ipset.IPSET_ATTR_FAMILY) family = row.u8();
    else if (row.type === ipset.IPSET_ATTR_DATA) data = row.nested();
  }
  if (name === "" || type === "") return undefined;
  let maxelem = 0;
  let elements = 0;
  let references = 0;
  let plain = isOurType(type);
  while (data?.next()) {
    if (data.type === ipset.IPSET_ATTR_MAXELEM) maxelem = data.be32();
    else if (data.type === ipset.IPSET_ATTR_ELEMENTS) elements = data.be32();
    else if (data.type === ipset.IPSET_ATTR_REFERENCES) references = data.be32();
    else if (data.type === ipset.IPSET_ATTR_TIMEOUT || data.type === ipset.IPSET_ATTR_NETMASK) plain = false;
    else if (data.type === ipset.IPSET_ATTR_CADT_FLAGS && (data.be32() & ipset.IPSET_FLAG_EXTENSIONS) !== 0)
      plain = false;
  }
  const spec: IpsetSpec | undefined =
    plain && isOurType(type) ? { name, type, family: family === NFPROTO_IPV4 ? "inet" : "inet6", maxelem } : undefined;
  return { name, spec, elements, references };
}

/** The members in one message of a listing, given to `found`. @throws KernelError `kernel/malformed` */
export function readMembers(m: Message, set: IpsetSpec, found: (key: MemberKey) => void): void {
  const row = m.attributes(NFGENMSG_LEN);
  while (row.next()) {
    if (row.type !== ipset.IPSET_ATTR_ADT) continue;
    const members = row.nested();
    while (members.next()) if (members.type === ipset.IPSET_ATTR_DATA) found(readMember(members.nested(), set));
  }
}

/** What an exception (`nomatch`) has behind its key, so that it is like no member of ours. */
export const exceptionMark = "\u0001nomatch";

function readMember(row: AttributeReader, set: IpsetSpec): MemberKey {
  let address = "";
  let length = set.family === "inet" ? 32 : 128;
  let protocol = 0;
  let port = 0;
  let name = "";
  let mark = "";
  while (row.next()) {
    if (row.type === ipset.IPSET_ATTR_IP) {
      const inner = row.nested();
      if (inner.next()) address = octetsOf(inner.bytes());
    } else if (row.type === ipset.IPSET_ATTR_CIDR) length = row.u8();
    else if (row.type === ipset.IPSET_ATTR_PROTO) protocol = row.u8();
    else if (row.type === ipset.IPSET_ATTR_PORT) port = row.be16();
    else if (row.type === ipset.IPSET_ATTR_IFACE) name = row.text();
    else if (row.type === ipset.IPSET_ATTR_CADT_FLAGS && (row.be32() & ipset.IPSET_FLAG_NOMATCH) !== 0) {
      mark = exceptionMark;
    }
  }
  if (set.type === "hash:ip,port") return address + octet(protocol) + word16(port);
  return address + octet(length) + name + mark;
}
