import assert from "node:assert/strict";
import { Network } from "../../bgp/sim/network.ts";
import type { BgpPeerAnswer, BgpPeersAnswer } from "../api/bgp.ts";
import { answerBgp } from "../bgp/answer.ts";
import { UnnumberedBench } from "./sim/bench.ts";

function ask<T>(bench: UnnumberedBench, speaker: Parameters<typeof answerBgp>[1], request: object): T {
  return JSON.parse(JSON.stringify(answerBgp(request, speaker, bench.clock.wall(), bench.unnumbered))) as T;
}

describe("questions about unnumbered peers", () => {
  const net = new Network({ seed: 1 });
  const { speaker } = net.router("us", 65000);
  const bench = new UnnumberedBench();
  bench.unnumbered.set([
    { interface: "eth0", asn: "external" },
    { interface: "eth1", asn: 65002 },
  ]);
  bench.hear("eth0", ["fe80::2"]);
  for (const peer of bench.peers.values()) speaker.setPeer(peer);

  it("list those that were found with their interface, and those that were not by it, with why", () => {
    const { peers } = ask<BgpPeersAnswer>(bench, speaker, { do: "bgp.peers" });
    assert.deepEqual(
      peers.map(({ name, interface: device, asn }) => [name, device, asn]),
      [
        ["fe80::2%eth0", "eth0", "external"],
        ["eth1", "eth1", 65002],
      ],
    );
    assert.deepEqual([peers[1]!.state, peers[1]!.why], ["Idle", "nothing heard"]);
  });

  it("may name a peer by its interface", () => {
    const { peer } = ask<BgpPeerAnswer>(bench, speaker, { do: "bgp.peer", name: "eth0" });
    assert.equal(peer.name, "fe80::2%eth0");
    assert.throws(() => ask(bench, speaker, { do: "bgp.peer", name: "eth1" }), /eth1 has no peer: nothing heard/);
    const routes = ask<object>(bench, speaker, { do: "bgp.routes", view: "received", peer: "eth0" });
    assert.deepEqual(routes, { ok: true, routes: [] });
  });
});
