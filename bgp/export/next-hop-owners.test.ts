import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { noPeer, PeerTable } from "../rib/peer-table.ts";
import { NextHopOwners } from "./next-hop-owners.ts";

const store = new AttributeStore(
  { asn: 65000, routerId: 1, clusterId: 1 },
  new NextHopTable(() => ({ reachable: true, metric: 0 })),
);

/** A set with this next hop. */
function setOf(family: Family, text: string, linkLocal?: string): number {
  const address = parseAddress(text)!;
  const mpNextHop = { address, linkLocal: linkLocal ? parseAddress(linkLocal) : undefined };
  const hop = address.family === "ipv4" ? { nextHop: address } : { mpNextHop };
  const set = new AttributeIntake(store).internAttributes(pathAttributes({ asPath: [], ...hop }), family);
  store.hold(set);
  return set;
}

describe("owners of next hops", () => {
  const peers = new PeerTable(1);
  const owners = new NextHopOwners(peers);
  const names = ["10.0.0.1", "2001:db8::1", "2001:db8:0:1::", "fe80::1"];
  const index = new Map<string, number>();
  for (const name of names) {
    const peer = peers.add({ name, address: parseAddress(name)!, isInternal: true, isClient: false, routerId: 1 });
    index.set(name, peer);
    owners.add(peer);
  }
  const ownerOf = (set: number): number => owners.ownerOf(store, set);

  it("are found by the global address of either family", () => {
    assert.equal(ownerOf(setOf("ipv4", "10.0.0.1")), index.get("10.0.0.1"));
    assert.equal(ownerOf(setOf("ipv6", "2001:db8::1")), index.get("2001:db8::1"));
    assert.equal(ownerOf(setOf("ipv6", "2001:db8::1", "fe80::9")), index.get("2001:db8::1"));
    assert.equal(ownerOf(setOf("ipv4", "2001:db8::1")), index.get("2001:db8::1"), "RFC 8950");
  });

  it("are told apart where the words of addresses add up alike", () => {
    assert.equal(ownerOf(setOf("ipv6", "2001:db8:0:1::")), index.get("2001:db8:0:1::"));
    assert.equal(ownerOf(setOf("ipv6", "2001:db8:0:0:0:1::")), noPeer);
  });

  it("are nobody for strangers, link-local addresses and those who left", () => {
    assert.equal(ownerOf(setOf("ipv4", "10.0.0.2")), noPeer);
    assert.equal(ownerOf(setOf("ipv6", "fe80::1")), noPeer);
    owners.delete(index.get("2001:db8:0:1::")!);
    assert.equal(ownerOf(setOf("ipv6", "2001:db8:0:1::")), noPeer);
    assert.equal(ownerOf(setOf("ipv6", "2001:db8::1")), index.get("2001:db8::1"), "its neighbour stays");
  });
});
