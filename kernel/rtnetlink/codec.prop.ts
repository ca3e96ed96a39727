import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { masked, prefixOf } from "../../net/prefix.ts";
import { KernelError } from "../error.ts";
import { canonicalRoute, type FibRoute, formatRoute, type NextHop } from "../fib-route.ts";
import { type Message, MessageReader } from "../netlink/message-reader.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import type { Rule } from "../rule.ts";
import { decodeAddress, encodeAddress } from "./address.ts";
import { decodeLink, encodeVeth } from "./link.ts";
import { decodeNeighbour, encodeNeighbour } from "./neighbour.ts";
import { decodeRoute, encodeRoute } from "./route.ts";
import { decodeRule, encodeRule } from "./rule.ts";

const word = fc.nat(0xffffffff);
const address4 = word.map(ipv4);
// The all-zero address is how the kernel spells "none".
const address6 = fc.tuple(fc.integer({ min: 1, max: 0xffffffff }), word, word, word).map((w) => ipv6(...w));
const addressOf = (family: Family): fc.Arbitrary<Address> => (family === "ipv4" ? address4 : address6);
const prefixIn = (family: Family) =>
  fc
    .tuple(addressOf(family), fc.nat(family === "ipv4" ? 32 : 128))
    .map(([address, length]) => masked(prefixOf(address, length)));
const family = fc.constantFrom<Family>("ipv4", "ipv6");
const ifindex = fc.integer({ min: 1, max: 0x7fffffff });
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((octets) => Buffer.from(octets).toString("hex"));
const macText = mac.map((hex) => hex.replace(/(..)(?!$)/g, "$1:"));

/** What decodes from what `encode` writes. */
function throughWire<T>(encode: (w: MessageWriter) => void, decode: (message: Message) => T): T {
  const w = new MessageWriter().begin(1, 0, 1);
  encode(w);
  const reader = new MessageReader(w.view());
  assert.ok(reader.next());
  return decode(reader);
}

const nextHop = (of: Family): fc.Arbitrary<NextHop> =>
  fc
    .record({
      ifindex,
      // IPv6 routes have IPv6 gateways; IPv4 routes may have either.
      via: fc.option(of === "ipv4" ? fc.oneof(address4, address6) : address6, { nil: undefined }),
      weight: fc.constantFrom(1, 2, 256),
      onlink: fc.boolean(),
    })
    .map(({ ifindex, via, weight, onlink }) => ({
      ifindex,
      ...(via && { via }),
      ...(weight !== 1 && { weight }),
      ...(onlink && { onlink }),
    }));

const route: fc.Arbitrary<FibRoute> = family.chain((of) =>
  fc
    .record({
      table: fc.oneof(fc.constant(254), fc.integer({ min: 1, max: 0xffffffff })),
      prefix: prefixIn(of),
      metric: fc.integer({ min: 0, max: 0xffffffff }),
      protocol: fc.nat(255),
      type: fc.constantFrom("unicast", "blackhole", "unreachable", "prohibit"),
      scope: fc.constantFrom("universe", "link", "host"),
      nexthops: fc.array(nextHop(of), { minLength: 1, maxLength: 5 }),
      prefSrc: fc.option(addressOf(of), { nil: undefined }),
    })
    .map(({ prefSrc, nexthops, ...rest }) => {
      // A weight means something among several only.
      const hops = nexthops.length === 1 ? nexthops.map(({ weight: _, ...hop }) => hop) : nexthops;
      return canonicalRoute({ ...rest, nexthops: hops, ...(prefSrc && { prefSrc }) } as FibRoute);
    }),
);

const rule: fc.Arbitrary<Rule> = family.chain((of) =>
  fc.record(
    {
      family: fc.constant(of),
      priority: fc.nat(0x7fff),
      table: fc.integer({ min: 1, max: 70000 }),
      protocol: fc.nat(255),
      from: prefixIn(of),
      to: prefixIn(of),
      mark: fc.record({ value: word, mask: fc.integer({ min: 1, max: 0xffffffff }) }, { noNullPrototype: true }),
      inputInterface: fc.constantFrom("eth0", "cali0123456789a", "a.b"),
      outputInterface: fc.constantFrom("eth1", "x"),
      invert: fc.constant(true),
      suppressPrefixLength: fc.nat(128),
    },
    { requiredKeys: ["family", "priority", "table", "protocol"] },
  ),
);

describe("codecs of rtnetlink", () => {
  it("routes decode as they were encoded", () => {
    fc.assert(
      fc.property(route, (given) => {
        const back = throughWire((w) => encodeRoute(w, given), decodeRoute);
        assert.equal(back && formatRoute(back), formatRoute(given));
      }),
      { numRuns: 500 },
    );
  });

  it("addresses, neighbours and rules decode as they were encoded", () => {
    fc.assert(
      fc.property(family.chain(prefixIn), ifindex, macText, rule, (prefix, link, hardware, given) => {
        const address = throughWire((w) => encodeAddress(w, link, prefix, true), decodeAddress);
        assert.deepEqual(address, { ifindex: link, prefix, scope: 0, tentative: false });
        const { length: _, ...host } = prefix;
        const neighbour = { ifindex: link, address: host, mac: hardware };
        assert.deepEqual(
          throughWire((w) => encodeNeighbour(w, neighbour), decodeNeighbour),
          neighbour,
        );
        assert.deepEqual(
          throughWire((w) => encodeRule(w, given), decodeRule),
          { ...given },
        );
      }),
      { numRuns: 200 },
    );
  });

  it("any octets are an object, nothing of ours, or malformed", () => {
    const decoders: ((message: Message) => unknown)[] = [
      decodeRoute,
      decodeAddress,
      decodeNeighbour,
      decodeRule,
      decodeLink,
    ];
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      // A real message with some octets changed.
      fc.tuple(route, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 })).map(([given, changes]) => {
        const w = new MessageWriter();
        encodeRoute(w, given);
        const octets = w.view().slice();
        for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
        return octets;
      }),
    );
    fc.assert(
      fc.property(body, (octets) => {
        for (const decode of decoders) {
          try {
            throughWire((w) => w.bytes(octets), decode);
          } catch (error) {
            assert.ok(error instanceof KernelError, String(error));
            assert.equal(error.code, "kernel/malformed");
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("a veth is asked for with everything that was said of both ends", () => {
    const w = new MessageWriter().begin(16, 0, 1);
    const peer = { name: "eth0", mac: "02:00:00:00:00:02" };
    encodeVeth(w, { name: "cali1", mac: "ee:ee:ee:ee:ee:ee", mtu: 1400, peer }, 9);
    const octets = Buffer.from(w.view()).toString("latin1");
    for (const text of ["cali1\0", "eth0\0", "veth\0", "\xee\xee\xee\xee\xee\xee", "\x02\x00\x00\x00\x00\x02"]) {
      assert.ok(octets.includes(text), JSON.stringify(text));
    }
  });
});
