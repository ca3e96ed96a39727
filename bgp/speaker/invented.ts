import { Writer } from "../../lib/writer.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { capabilities } from "../capability/capabilities.ts";
import { writeKeepalive } from "../message/keepalive.ts";
import { writeOpen } from "../message/open.ts";
import { writeReach, writeUnreach, writeUpdate } from "../message/update.ts";

const setCount = 6000;
const setsAPiece = 500;
const prefixesASet = 5;

/** OPEN and KEEPALIVE of a peer that offers one family and four-octet AS numbers. */
export function inventedGreeting(routerId: number, asn: number, family: Family): Uint8Array {
  const offered = capabilities({ families: [family], routeRefresh: true, fourOctetAs: asn });
  const writer = new Writer(256);
  writeOpen(writer, { myAs: asn, holdTimeSeconds: 90, routerId, capabilities: offered });
  writeKeepalive(writer);
  return writer.take();
}

/** UPDATEs of 6000 attribute sets with five prefixes each, or their withdrawals, in pieces as a sender's turns make them. */
export function* inventedUpdates(family: Family, isWithdrawal: boolean): Generator<Uint8Array> {
  for (let first = 0; first < setCount; first += setsAPiece) {
    const writer = new Writer(1 << 16);
    for (let set = first; set < first + setsAPiece; set++) {
      if (isWithdrawal) withdrawal(writer, family, set);
      else announcement(writer, family, set);
    }
    yield writer.take();
  }
}

function announcement(writer: Writer, family: Family, set: number): void {
  const nlri = prefixes(family, set);
  const asPath = [{ kind: "sequence" as const, asns: [65001, 100000 + set, 7] }];
  const nextHop = family === "ipv4" ? ipv4(0x0a000002) : undefined;
  const value = pathAttributes({ asPath, nextHop, communities: [set, 1] });
  const written = new Writer(128);
  encodeAttributes(value, { fourOctetAs: true, isInternal: false }, written);
  const attributes = written.take();
  if (family === "ipv4") writeUpdate(writer, { attributes, nlri });
  else {
    const hop = { address: ipv6(0xfd000000, 0, 0, 2), linkLocal: undefined };
    writeUpdate(writer, { multiprotocol: writeReach(new Writer(128), family, hop, nlri).take(), attributes });
  }
}

function withdrawal(writer: Writer, family: Family, set: number): void {
  const nlri = prefixes(family, set);
  if (family === "ipv4") writeUpdate(writer, { withdrawn: nlri });
  else writeUpdate(writer, { multiprotocol: writeUnreach(new Writer(128), family, nlri).take() });
}

function prefixes(family: Family, set: number): Uint8Array {
  const nlri = new Writer(64);
  for (let i = 0; i < prefixesASet; i++) {
    const n = set * prefixesASet + i;
    if (family === "ipv4") nlri.u8(24).u8(20).u16(n);
    else nlri.u8(48).u32(0x2a000000).u16(n);
  }
  return nlri.take();
}
