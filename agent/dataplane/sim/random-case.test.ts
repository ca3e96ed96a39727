import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/random.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { walkPath } from "../../../policy/evaluate/path.ts";
import { evaluate } from "../../../policy/evaluate.ts";
import { defaultOptions } from "../options.ts";
import { connectionNames } from "./connection-names.ts";
import { describePacket } from "./describe-packet.ts";
import { UPLINK_PACKET } from "./lab-net.ts";
import { randomCase } from "./random-case.ts";

const at = (text: string) => parseAddress(text)!;
const options = { ...defaultOptions, endpointToHost: "Return" } as const;
const seeds = Array.from({ length: 40 }, (_, n) => n + 1);

function place(name: string | undefined): string {
  return name === undefined ? "node" : name.startsWith("cali") ? "workload" : "host";
}

describe("random cases", () => {
  it("are neither all open nor all shut, and the same for the same seed", () => {
    for (const hosts of [false, true]) {
      for (const seed of seeds.slice(0, 4)) {
        const { packets } = randomCase(seededRandom(seed), options, { hosts });
        const share = packets.filter(({ allowed }) => allowed).length / packets.length;
        assert.ok(share >= 0.2 && share <= 0.8, `seed ${seed}: ${share} allowed`);
        assert.deepEqual(randomCase(seededRandom(seed), options, { hosts }).packets, packets);
      }
    }
  });

  it("keep to workloads and the first uplink unless told otherwise", () => {
    for (const seed of seeds.slice(0, 4)) {
      const { packets, output } = randomCase(seededRandom(seed), options);
      assert.deepEqual(output.hosts, []);
      for (const { packet } of packets) {
        assert.ok(packet.inInterface !== undefined && !packet.preDnat, describePacket(packet));
        assert.notEqual(packet.inInterface, "up1");
      }
    }
  });

  it("with host endpoints take every way through a node, and every stage decides", () => {
    const ways = new Set<string>();
    const stages = new Set<string>();
    for (const seed of seeds) {
      const { state, packets } = randomCase(seededRandom(seed), options, { hosts: true });
      for (const { packet } of packets) {
        ways.add(`${place(packet.inInterface)} > ${place(packet.outInterface)}${packet.preDnat ? ", translated" : ""}`);
        for (const { gate, reason, outcome } of walkPath(state, options, packet)) {
          if (gate && reason?.by === "rule") stages.add(`${gate.stage} ${gate.direction}: ${outcome}`);
        }
      }
      assert.equal(evaluate(state, options, UPLINK_PACKET).verdict, "allow");
    }
    for (const from of ["workload", "host"]) {
      for (const to of ["workload", "host", "node"]) assert.ok(ways.has(`${from} > ${to}`), `${from} > ${to}`);
      assert.ok(ways.has(`${from} > workload, translated`));
    }
    for (const way of ["node > host", "node > workload", "node > host, translated"]) assert.ok(ways.has(way), way);
    for (const stage of ["normal", "forward", "untracked"]) {
      for (const direction of ["ingress", "egress"])
        assert.ok(stages.has(`${stage} ${direction}: go on`), `${stage} ${direction}`);
    }
    assert.ok(stages.has("pre-dnat ingress: go on") && stages.has("normal ingress: deny"));
  });

  it("never holds a packet that the kernel could take for an answer, to a translated source neither", () => {
    const out = { source: at("10.65.0.1"), destination: at("10.67.0.1"), protocol: 99, inInterface: "cali1" };
    const answer = { source: at("10.67.0.1"), destination: at("10.66.0.1"), protocol: 99, inInterface: "up1" };
    const forwarded = connectionNames({ ...out, outInterface: "up1" });
    assert.ok(connectionNames(answer).some((name) => forwarded.includes(name)));
    assert.ok(!connectionNames({ ...answer, protocol: 98 }).some((name) => forwarded.includes(name)));
    assert.equal(connectionNames({ ...out, destination: at("10.66.0.1") }).length, 2);
  });

  it("are told on one line", () => {
    assert.equal(describePacket(UPLINK_PACKET), "up0 > this node: 10.65.1.5 port 9 > 10.66.0.1 port 68, protocol 17");
  });
});
