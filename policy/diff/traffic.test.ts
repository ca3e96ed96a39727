import assert from "node:assert/strict";
import fc from "fast-check";
import type { Match, Rule } from "../rule.ts";
import { couldMeet, type Traffic, trafficClasses, trafficWords } from "./traffic.ts";

const origin = { kind: "NetworkPolicy", name: "p", direction: "ingress", index: 0 } as const;
const rules = (...matches: readonly Match[]): Rule[] => matches.map((match) => ({ match, action: "allow", origin }));
const none = () => [];
const ports = (from: number, to = from) => ({ destination: { ports: [{ from, to }] } });

describe("traffic in classes", () => {
  it("is one class where no rule asks", () => {
    const all = trafficClasses(rules({}), "ipv4", none);
    assert.equal(all.length, 1);
    assert.equal(trafficWords(all, all), "any traffic");
  });

  it("is cut at the bounds of ports, of both sides, and of named ones", () => {
    const named = { destination: { namedPorts: ["n:web"] } };
    const all = trafficClasses(rules({ protocol: 6, ...ports(80, 90) }, { protocol: 6, ...named }), "ipv4", () => [85]);
    assert.deepEqual(
      all.map((each) => each.destination && [each.destination.from, each.destination.to]),
      [[0, 79], [80, 84], [85, 85], [86, 90], [91, 65535], undefined],
    );
    assert.equal(trafficWords(all.slice(1, 4), all), "tcp 80-90");
    assert.equal(trafficWords([all[0]!, all[4]!, all[5]!], all), "tcp 0-79,91-65535, anything but tcp");
    assert.equal(trafficWords(all.slice(0, 5), all), "tcp");
  });

  it("knows source ports and ICMP's types and codes", () => {
    const fromPort = trafficClasses(rules({ protocol: 17, source: { ports: [{ from: 53, to: 53 }] } }), "ipv4", none);
    assert.equal(trafficWords([fromPort[1]!], fromPort), "udp from port 53");
    const icmp = trafficClasses(
      rules({ protocol: 1, icmp: { type: 3, code: 1 } }, { protocol: 1, icmp: { type: 8 } }),
      "ipv4",
      none,
    );
    const words = icmp.map((each) => trafficWords([each], icmp));
    assert.deepEqual(words, [
      "icmp type 3/1",
      "icmp type 3 (codes but 1)",
      "icmp type 8",
      "icmp type any but 3/8",
      "anything but icmp",
    ]);
  });

  it("every port and protocol is in exactly one class", () => {
    const port = fc.integer({ min: 0, max: 65535 });
    const range = fc.tuple(port, port).map(([x, y]) => ({ from: Math.min(x, y), to: Math.max(x, y) }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), port, (ranges, asked) => {
        const matches = ranges.map((one) => ({ protocol: 6, destination: { ports: [one] } }));
        const all = trafficClasses(rules(...matches), "ipv4", none);
        const holds = ({ protocol, destination }: Traffic) =>
          protocol === 6 && (!destination || (destination.from <= asked && asked <= destination.to));
        assert.equal(all.filter(holds).length, ranges.length === 0 ? 0 : 1);
        for (const [i, rule] of rules(...matches).entries()) {
          const { from, to } = ranges[i]!;
          for (const each of all.filter(holds)) assert.equal(couldMeet(rule, each), from <= asked && asked <= to);
        }
      }),
      { numRuns: 50 },
    );
  });
});
