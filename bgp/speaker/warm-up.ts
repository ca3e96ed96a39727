import { Writer } from "../../lib/writer.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { plainTerms } from "../export/plain-terms.ts";
import { scanUpdate } from "../message/scan-update.ts";
import { writeReach, writeUnreach, writeUpdate } from "../message/update.ts";
import { UpdateScan } from "../message/update-scan.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { SpeakerConfig } from "./config.ts";
import { Import } from "./import.ts";
import { connectedNextHops } from "./ports.ts";
import { Tables } from "./tables.ts";

const setCount = 6000;
const prefixesASet = 5;

/**
 * Runs invented routes once through tables that nobody sees and that are thrown away: from octets to octets and back out.
 * The engine compiles the ways that every route goes while nobody waits, instead of in the first second of the first full
 * table; that is worth a fifth of its time. Takes about 0.1 s a family.
 */
export function warmUp(families: readonly Family[]): void {
  for (const family of families) warmUpFamily(family);
}

function warmUpFamily(family: Family): void {
  const config: SpeakerConfig = {
    asn: 65000,
    routerId: 1,
    families: [family],
    ebgpRequiresPolicy: false,
    gracefulRestart: undefined,
    restart: { restarting: false, forwardingPreserved: [] },
  };
  const tables = new Tables(config, connectedNextHops, undefined, () => {});
  const intake = new Import(tables);
  const ribPeer = { name: "", address: ipv4(1), isInternal: false, isClient: false, routerId: 2 };
  const index = tables.peers.add(ribPeer);
  const { rib, groups } = tables.of(family)!;
  const member = { peer: tables.peers.add(ribPeer), send: () => true, onRefresh: () => {}, onSynced: () => {} };
  const own = family === "ipv4" ? ipv4(0x0a000001) : ipv6(0xfd000000, 0, 0, 1);
  groups.join(member, plainTerms(family, own));
  const peer = { index, negotiated: terms, ownAddress: undefined, filter: undefined, requiresPolicy: false };
  const scan = new UpdateScan();
  for (const isWithdrawal of [false, true]) {
    for (let set = 0; set < setCount; set++) {
      const update = inventedUpdate(family, set, isWithdrawal);
      scanUpdate(update, 0, update.length, terms, scan);
      intake.update(peer, scan, update);
      if (set % 500 < 499) continue;
      rib.locRib.settle(8192);
      groups.pump(true);
    }
  }
}

const neither = { send: false, receive: false };
const terms: Negotiated = {
  localAsn: 65000,
  peerAsn: 65001,
  localRouterId: 1,
  peerRouterId: 2,
  isInternal: false,
  families: ["ipv4", "ipv6"],
  fourOctetAs: true,
  holdTimeSeconds: 90,
  keepaliveSeconds: 30,
  routeRefresh: true,
  enhancedRouteRefresh: false,
  extendedMessage: false,
  maxMessageLength: 4096,
  addPath: { ipv4: neither, ipv6: neither },
  extendedNextHop: false,
  gracefulRestart: undefined,
  longLived: undefined,
  role: undefined,
};

function inventedUpdate(family: Family, set: number, isWithdrawal: boolean): Uint8Array {
  const nlri = inventedPrefixes(family, set);
  const update = new Writer(256);
  if (isWithdrawal) {
    if (family === "ipv4") return writeUpdate(update, { withdrawn: nlri }).take();
    return writeUpdate(update, { multiprotocol: writeUnreach(new Writer(128), family, nlri).take() }).take();
  }
  const asPath = [{ kind: "sequence" as const, asns: [65001, 100000 + set, 7] }];
  const nextHop = family === "ipv4" ? ipv4(0x0a000002) : undefined;
  const attributes = new Writer(128);
  encodeAttributes(pathAttributes({ asPath, nextHop, communities: [set, 1] }), terms, attributes);
  if (family === "ipv4") return writeUpdate(update, { attributes: attributes.take(), nlri }).take();
  const hop = { address: ipv6(0xfd000000, 0, 0, 2), linkLocal: undefined };
  const multiprotocol = writeReach(new Writer(128), family, hop, nlri).take();
  return writeUpdate(update, { multiprotocol, attributes: attributes.take() }).take();
}

function inventedPrefixes(family: Family, set: number): Uint8Array {
  const nlri = new Writer(64);
  for (let i = 0; i < prefixesASet; i++) {
    const n = set * prefixesASet + i;
    if (family === "ipv4") nlri.u8(24).u8(20).u16(n);
    else nlri.u8(48).u32(0x2a000000).u16(n);
  }
  return nlri.take();
}
