import assert from "node:assert/strict";
import { Registry } from "prom-client";
import { SessionCounters } from "../../bgp/session/counters.ts";
import { Network } from "../../bgp/sim/network.ts";
import type { PeerState, SpeakerStatus } from "../../bgp/speaker/status.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { mostPeers, registerBgpMetrics } from "./bgp-metrics.ts";
import { openSpeakerMetrics } from "./speaker-metrics.ts";

function page(status: SpeakerStatus | undefined, now = 0): Promise<string> {
  const registry = new Registry();
  registerBgpMetrics(registry, () => ({ status, now }));
  return registry.metrics();
}

function values(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

function twoSpeakers(): { readonly net: Network; readonly status: SpeakerStatus } {
  const net = new Network({ seed: 3 });
  const [a, b] = [net.router("a", 65001), net.router("b", 65002)];
  net.link(a, b);
  for (const text of ["10.1.0.0/16", "10.2.0.0/16"]) a.speaker.announce(parsePrefix(text)!);
  net.run(60);
  return { net, status: b.speaker.status() };
}

describe("the series of a speaker", () => {
  it("say how every session is, and how big the tables are", async () => {
    const { net, status } = twoSpeakers();
    const text = await page(status, net.clock.wall());
    const since = (net.clock.wall() - status.peers[0]!.since) / 1000;
    const [messagesIn] = values(text, "bgp_peer_messages_total").filter((line) =>
      /direction="in",type="open"/.test(line),
    );
    for (const line of [
      'bgp_peer_state{peer="10.255.0.1"} 6',
      `bgp_peer_state_seconds{peer="10.255.0.1"} ${since}`,
      'bgp_peer_established_total{peer="10.255.0.1"} 1',
      'bgp_peer_prefixes_accepted{peer="10.255.0.1",family="ipv4"} 2',
      'bgp_peer_prefixes_stale{peer="10.255.0.1",family="ipv4"} 0',
      'bgp_peer_malformed_updates_total{peer="10.255.0.1"} 0',
      'bgp_prefixes{family="ipv4"} 2',
      'bgp_paths{family="ipv4"} 2',
      'bgp_routes_best{family="ipv4"} 2',
      'bgp_update_groups{family="ipv4"} 1',
      'bgp_update_groups_busy{family="ipv4"} 0',
      "bgp_deciding 1",
      `bgp_attribute_sets ${status.attributeSets}`,
      `bgp_memory_bytes{part="paths"} ${status.memory.paths}`,
    ])
      assert.ok(text.includes(`${line}\n`), `${line}\n---\n${text}`);
    assert.match(messagesIn!, / [1-9]/);
    assert.match(text, /# TYPE bgp_peer_octets_total counter/);
    assert.equal(text.includes("undefined") || text.includes("NaN"), false);
  });

  it("name the last error in labels", async () => {
    const { status } = twoSpeakers();
    const counters = new SessionCounters();
    counters.lastError = { direction: "received", code: 6, subcode: 2, text: "", at: 0 };
    const text = await page({ ...status, peers: [{ ...status.peers[0]!, counters }] });
    assert.deepEqual(values(text, "bgp_peer_last_error_info"), [
      'bgp_peer_last_error_info{peer="10.255.0.1",direction="received",code="6",subcode="2"} 1',
    ]);
  });

  it("make a page of their own for a speaker alone, read once", async () => {
    const { status } = twoSpeakers();
    let asked = 0;
    const read = openSpeakerMetrics({
      status() {
        asked++;
        return status;
      },
    });
    assert.match(await read(), /nodejs_eventloop_lag_seconds [\s\S]*bgp_routes_best\{family="ipv4"\} 2\n/);
    assert.equal(asked, 1);
  });

  it("are none without a speaker", async () => {
    assert.deepEqual(values(await page(undefined), "bgp_peer_state"), []);
  });

  it("are bounded: beyond a thousand, peers share one, that shows the worst of them", async () => {
    const { status } = twoSpeakers();
    const [one] = status.peers as [PeerState];
    const peers = Array.from({ length: mostPeers + 500 }, (_, i): PeerState => {
      const counters = new SessionCounters();
      counters.established = 2;
      counters.messagesIn.update = 3;
      return { ...one, name: `p${i}`, counters, state: i === mostPeers + 7 ? "Active" : "Established" };
    });
    const text = await page({ ...status, peers });
    const states = values(text, "bgp_peer_state");
    assert.equal(states.length, mostPeers);
    assert.equal(states.at(-1), 'bgp_peer_state{peer="others"} 3');
    assert.ok(text.includes(`bgp_peer_established_total{peer="others"} ${501 * 2}\n`));
    assert.ok(text.includes(`bgp_peer_messages_total{peer="others",direction="in",type="update"} ${501 * 3}\n`));
    assert.ok(text.includes(`bgp_peer_prefixes_accepted{peer="others",family="ipv4"} ${501 * 2}\n`));
  });
});
