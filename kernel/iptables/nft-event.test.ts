import assert from "node:assert/strict";
import { MessageWriter } from "../netlink/message-writer.ts";
import {
  beginNfnetlink,
  NFNL_SUBSYS_NFTABLES,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  nfnetlinkType,
} from "../nfnetlink/header.ts";
import { changedTables } from "./nft-event.ts";

const newTable = 0;
const newChain = 3;
const newRule = 6;
const newSet = 9;

/** A notification: who (the port id stands in octets 12 to 15), what, and whose. */
function event(number: number, table: string, chain?: string, port = 77, family = NFPROTO_IPV4): Uint8Array {
  const w = new MessageWriter();
  beginNfnetlink(w, nfnetlinkType(NFNL_SUBSYS_NFTABLES, number), 0, 0, family);
  w.attrText(1, table);
  if (chain !== undefined) w.attrText(number === newRule ? 2 : 3, chain);
  const octets = w.view().slice();
  new Uint32Array(octets.buffer, 12, 1)[0] = port;
  return octets;
}

function heard(...events: readonly Uint8Array[]): string[] {
  const octets = Uint8Array.from(events.flatMap((each) => [...each]));
  return [...changedTables(octets, "ipv4", new Set([42]))].sort();
}

describe("a notification of nftables", () => {
  it("concerns us when it is about our chains or the kernel's own", () => {
    assert.deepEqual(heard(event(newRule, "filter", "cali-FORWARD")), ["filter"]);
    assert.deepEqual(heard(event(newRule, "filter", "FORWARD"), event(newChain, "nat", "cali-x")), ["filter", "nat"]);
    assert.deepEqual(heard(event(newTable, "raw")), ["raw"]);
  });

  it("does not when it is about chains of others, other tables, or the other family", () => {
    assert.deepEqual(heard(event(newRule, "nat", "KUBE-SERVICES"), event(newChain, "nat", "KUBE-SEP-1")), []);
    assert.deepEqual(heard(event(newRule, "filter", "PREROUTING")), [], "filter has no such hook");
    assert.deepEqual(heard(event(newRule, "manx", "cali-x"), event(newSet, "filter", "cali-x")), []);
    assert.deepEqual(heard(event(newRule, "filter", "FORWARD", 77, NFPROTO_IPV6)), []);
  });

  it("does not when we did it ourselves", () => {
    assert.deepEqual(heard(event(newRule, "filter", "cali-x", 42)), []);
    assert.deepEqual(heard(event(newRule, "filter", "cali-x", 42), event(newRule, "filter", "cali-x", 43)), ["filter"]);
  });
});
