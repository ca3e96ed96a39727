import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { simTerms } from "../sim/terms.ts";
import { scanUpdate } from "./scan-update.ts";
import { writeEndOfRib, writeUpdate } from "./update.ts";
import { type ScanVerdict, UpdateScan } from "./update-scan.ts";

const ORIGIN = [0x40, 1, 1, 0];
const AS_PATH = [0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9];
const NEXT_HOP = [0x40, 3, 4, 10, 0, 0, 2];
const LOCAL_PREF = [0x40, 5, 4, 0, 0, 0, 100];
const MED = [0x80, 4, 4, 0, 0, 0, 9];
const GOOD = [...ORIGIN, ...AS_PATH, ...NEXT_HOP];
const NET = [24, 192, 0, 2];
const HOP6 = [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1];
const LINK_LOCAL = [0xfe, 0x80, ...new Array<number>(13).fill(0), 1];
const NET6 = [32, 0x20, 1, 0xd, 0xb8];

function reach(nextHop: readonly number[], nlri: readonly number[], afi = 2, safi = 1): number[] {
  return [0x80, 14, 5 + nextHop.length + nlri.length, 0, afi, safi, nextHop.length, ...nextHop, 0, ...nlri];
}

function unreach(nlri: readonly number[], afi = 2, safi = 1): number[] {
  return [0x80, 15, 3 + nlri.length, 0, afi, safi, ...nlri];
}

interface Octets {
  readonly withdrawn?: readonly number[];
  readonly attributes?: readonly number[];
  readonly nlri?: readonly number[];
}

function update({ withdrawn = [], attributes = [], nlri = [] }: Octets): Uint8Array {
  const parts = {
    withdrawn: Uint8Array.from(withdrawn),
    attributes: Uint8Array.from(attributes),
    nlri: Uint8Array.from(nlri),
  };
  return writeUpdate(new Writer(), parts).take();
}

function scanned(octets: Octets | Uint8Array, terms: Negotiated = simTerms()): UpdateScan {
  const message = octets instanceof Uint8Array ? octets : update(octets);
  // Somewhere in a larger buffer, as the framer has it.
  const buf = new Uint8Array(message.length + 40).fill(0xaa);
  buf.set(message, 20);
  const scan = new UpdateScan();
  scanUpdate(buf, 20, 20 + message.length, terms, scan);
  return scan;
}

interface Row {
  readonly rfc: string;
  readonly what: string;
  readonly update: Octets;
  readonly terms?: Negotiated;
  readonly verdict: ScanVerdict;
  readonly subcode?: number;
}

const internal = simTerms({ isInternal: true });
const onlyIpv6 = simTerms({ families: ["ipv6"] });
const onlyIpv4 = simTerms({ families: ["ipv4"] });

const rows: readonly Row[] = [
  { rfc: "4271 4.3", what: "routes and their attributes", update: { attributes: GOOD, nlri: NET }, verdict: "ok" },
  { rfc: "4271 4.3", what: "withdrawals alone", update: { withdrawn: NET }, verdict: "ok" },
  {
    rfc: "4760 3",
    what: "IPv6 routes",
    update: { attributes: [...reach(HOP6, NET6), ...ORIGIN, ...AS_PATH] },
    verdict: "ok",
  },
  {
    rfc: "2545 3",
    what: "a link-local next hop too",
    update: { attributes: [...reach([...HOP6, ...LINK_LOCAL], NET6), ...ORIGIN, ...AS_PATH] },
    verdict: "ok",
  },
  { rfc: "4760 4", what: "IPv6 withdrawals", update: { attributes: unreach(NET6) }, verdict: "ok" },
  {
    rfc: "4760 3",
    what: "IPv4 in MP_REACH",
    update: { attributes: [...reach([10, 0, 0, 1], NET, 1), ...GOOD] },
    verdict: "ok",
  },
  {
    rfc: "8950 4",
    what: "IPv4 by IPv6, not agreed",
    update: { attributes: [...reach(HOP6, NET, 1), ...GOOD] },
    verdict: "reset",
    subcode: 9,
  },
  {
    rfc: "8950 4",
    what: "IPv4 by IPv6, agreed",
    update: { attributes: [...reach(HOP6, NET, 1), ...GOOD] },
    terms: simTerms({ extendedNextHop: true }),
    verdict: "ok",
  },
  {
    rfc: "4760 3",
    what: "no NEXT_HOP, none needed",
    update: { attributes: [...reach(HOP6, NET6), ...ORIGIN, ...AS_PATH] },
    verdict: "ok",
  },
  {
    rfc: "4271 5.1.5",
    what: "LOCAL_PREF within",
    terms: internal,
    update: { attributes: [...GOOD, ...LOCAL_PREF], nlri: NET },
    verdict: "ok",
  },
  { rfc: "4724 2", what: "End-of-RIB of IPv4", update: {}, verdict: "end-of-rib" },
  { rfc: "4724 2", what: "End-of-RIB of IPv6", update: { attributes: unreach([]) }, verdict: "end-of-rib" },
  {
    rfc: "4724 2",
    what: "no End-of-RIB: something is withdrawn",
    update: { withdrawn: NET, attributes: unreach([]) },
    verdict: "ok",
  },
  {
    rfc: "4760 7",
    what: "a family not negotiated",
    terms: onlyIpv4,
    update: { attributes: [...reach(HOP6, NET6), ...GOOD] },
    verdict: "ok",
  },
  {
    rfc: "4760 7",
    what: "a family nobody knows",
    update: { attributes: [...reach(HOP6, NET6, 25, 70), ...GOOD] },
    verdict: "ok",
  },
  { rfc: "4760 7", what: "its End-of-RIB", terms: onlyIpv4, update: { attributes: unreach([]) }, verdict: "ok" },
  {
    rfc: "4760 8",
    what: "IPv4 not negotiated",
    terms: onlyIpv6,
    update: { attributes: GOOD, nlri: NET },
    verdict: "ok",
  },
];

describe("scan of an UPDATE", () => {
  for (const { rfc, what, update: octets, terms, verdict, subcode } of rows) {
    it(`RFC ${rfc}: ${what} → ${verdict}`, () => {
      const scan = scanned(octets, terms);
      assert.equal(scan.verdict, verdict, JSON.stringify(scan.faults));
      if (subcode !== undefined) assert.equal(scan.faults.at(-1)!.subcode, subcode);
      if (verdict === "withdraw" || verdict === "reset") assert.equal(scan.faults.at(-1)!.action, verdict);
    });
  }

  it("leaves out the prefixes of families that were not negotiated, and says so", () => {
    const scan = scanned({ attributes: GOOD, nlri: NET, withdrawn: NET }, onlyIpv6);
    assert.deepEqual([scan.reachable, scan.unreachable, scan.nlriStart, scan.nlriEnd], [0, 0, 0, 0]);
    assert.equal(scan.faults[0]!.action, "discard");
    const other = scanned({ attributes: [...reach(HOP6, NET6), ...GOOD] }, onlyIpv4);
    assert.deepEqual([other.reachFamily, other.reachable], [undefined, 0]);
  });

  it("counts and locates the prefixes of all four fields", () => {
    const attributes = [...GOOD, ...unreach([...NET6, ...NET6]), ...reach(HOP6, NET6)];
    const message = update({ withdrawn: NET, attributes, nlri: [...NET, ...NET] });
    const scan = new UpdateScan();
    scanUpdate(message, 0, message.length, simTerms(), scan);
    assert.deepEqual([scan.reachable, scan.unreachable], [3, 3]);
    const lengths = (start: number, end: number, family: "ipv4" | "ipv6"): number[] => {
      const cursor = new NlriCursor().start(message, start, end, family, false);
      const found: number[] = [];
      while (cursor.next()) found.push(cursor.length);
      return found;
    };
    assert.deepEqual(lengths(scan.withdrawnStart, scan.withdrawnEnd, "ipv4"), [24]);
    assert.deepEqual(lengths(scan.nlriStart, scan.nlriEnd, "ipv4"), [24, 24]);
    assert.deepEqual(lengths(scan.reachStart, scan.reachEnd, scan.reachFamily!), [32]);
    assert.deepEqual(lengths(scan.unreachStart, scan.unreachEnd, scan.unreachFamily!), [32, 32]);
    assert.deepEqual([...message.slice(scan.nextHopStart, scan.nextHopEnd)], HOP6);
  });

  it("gives the same block for the same attributes, whatever prefixes are with them and wherever they stand", () => {
    const block = (attributes: readonly number[]): string => {
      const scan = scanned({ attributes });
      assert.equal(scan.verdict, "ok");
      return scan.block.slice(scan.blockStart, scan.blockEnd).join();
    };
    const rest = [...ORIGIN, ...AS_PATH, ...MED];
    const first = block([...reach(HOP6, NET6), ...rest]);
    assert.equal(block([...rest, ...reach(HOP6, [...NET6, ...NET6])]), first);
    assert.equal(block([...ORIGIN, ...unreach(NET6), ...AS_PATH, ...reach(HOP6, NET6), ...MED]), first);
    assert.equal(block([...ORIGIN, ...reach(HOP6, NET6), ...AS_PATH, ...unreach(NET6), ...MED]), first);
    assert.notEqual(block([...reach([...HOP6, ...LINK_LOCAL], NET6), ...rest]), first);
  });

  it("gives a block that decodes to the attributes and the next hop", () => {
    const scan = scanned({ attributes: [...ORIGIN, ...reach([...HOP6, ...LINK_LOCAL], NET6), ...AS_PATH] });
    const { verdict, attributes } = decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, simTerms());
    assert.equal(verdict, "ok");
    assert.equal(attributes!.mpNextHop!.address.a, 0x20010db8);
    assert.equal(attributes!.mpNextHop!.linkLocal!.a, 0xfe800000);
    assert.equal(attributes!.asPath[0]!.asns[0], 65001);
  });

  it("points at the message itself when there is no multiprotocol attribute: nothing is copied", () => {
    const message = update({ attributes: GOOD, nlri: NET });
    const scan = new UpdateScan();
    scanUpdate(message, 0, message.length, simTerms(), scan);
    assert.equal(scan.block, message);
    assert.deepEqual([...message.slice(scan.blockStart, scan.blockEnd)], GOOD);
  });

  it("reads path identifiers where the session has them (RFC 7911)", () => {
    const addPath = { ipv4: { send: false, receive: true }, ipv6: { send: false, receive: false } };
    const terms = simTerms({ addPath });
    assert.equal(scanned({ attributes: GOOD, nlri: [0, 0, 0, 7, ...NET] }, terms).reachable, 1);
    assert.equal(scanned({ attributes: GOOD, nlri: NET }, terms).verdict, "reset");
    assert.equal(scanned({ withdrawn: [0, 0, 0, 7, ...NET] }, terms).unreachable, 1);
  });

  it("forgets the last message", () => {
    const scan = new UpdateScan();
    const full = update({ withdrawn: NET, attributes: [...GOOD, ...unreach(NET6), ...reach(HOP6, NET6)], nlri: NET });
    scanUpdate(full, 0, full.length, simTerms(), scan);
    const marker = writeEndOfRib(new Writer(), "ipv6").take();
    scanUpdate(marker, 0, marker.length, simTerms(), scan);
    assert.deepEqual([scan.verdict, scan.endOfRib], ["end-of-rib", "ipv6"]);
    assert.deepEqual([scan.reachable, scan.unreachable, scan.nlriEnd, scan.reachFamily], [0, 0, 0, undefined]);
  });

  it("grows its scratch for the longest message there is", () => {
    const many = Array.from({ length: 5000 }, () => [0x20, 1, 0xd, 0xb8]).flatMap((net) => [32, ...net]);
    const long = [0x90, 14, (21 + many.length) >> 8, (21 + many.length) & 255, 0, 2, 1, 16, ...HOP6, 0, ...many];
    const pad = [0xd0, 99, 0x20, 0, ...new Array<number>(0x2000).fill(7)];
    const scan = scanned(
      { attributes: [...long, ...ORIGIN, ...AS_PATH, ...pad] },
      simTerms({ maxMessageLength: 65535 }),
    );
    assert.deepEqual([scan.verdict, scan.reachable], ["ok", 5000]);
    assert.equal(scan.blockEnd - scan.blockStart, 24 + ORIGIN.length + AS_PATH.length + pad.length);
  });
});
