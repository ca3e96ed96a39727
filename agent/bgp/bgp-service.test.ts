import assert from "node:assert/strict";
import type { BgpFact } from "../../bgp/fact.ts";
import { Network, type Router } from "../../bgp/sim/network.ts";
import type { SpeakerConfig } from "../../bgp/speaker/config.ts";
import { Speaker } from "../../bgp/speaker/speaker.ts";
import type { BGPConfiguration } from "../../datastore/model/bgp-configuration.ts";
import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import { seededRandom } from "../../lib/random.ts";
import { millis } from "../../lib/unit.ts";
import { ipv4 } from "../../net/address.ts";
import { formatPrefix, type Prefix, parsePrefix } from "../../net/prefix.ts";
import { NodeGraph } from "../graph/node-graph.ts";
import { BgpService } from "./bgp-service.ts";

const apiVersion = "projectcalico.org/v3" as const;
const own = ipv4(0x0afe0001);

/** A node's BGP in a simulated network: its graph, its service, and two routers of AS 65000 and 64512 that it speaks with. */
class Lab {
  readonly graph = new NodeGraph({ nodeName: "n1", routerId: undefined });
  readonly net: Network;
  readonly routers: readonly Router[];
  /** Names of peers whose sessions ended, as the node saw it. */
  readonly downs: string[] = [];
  readonly listening: string[] = [];
  readonly service: BgpService;
  withheld: readonly Prefix[] = [];
  speakers = 0;

  constructor() {
    this.net = new Network({ seed: 3 });
    this.routers = [this.net.router("tor", 65000), this.net.router("rs", 64512)];
    const tell = (fact: BgpFact): void => {
      if (fact.fact === "bgp.session-down") this.downs.push(fact.peer);
      if (fact.fact === "bgp.listening") this.listening.push(`${fact.address} ${fact.port}`);
    };
    const turns = { soon: (run: () => void) => void this.net.clock.after(millis(0), run) };
    const world = { clock: this.net.clock, random: seededRandom(4), turns, tell };
    this.service = new BgpService({
      open: (config: SpeakerConfig) => {
        this.speakers++;
        return new Speaker(config, { ...world, wire: this.net.wires.host(own) });
      },
      tell: () => {},
      restartSeconds: 120,
      port: undefined,
      preserved: [],
      withhold: (prefixes) => (this.withheld = prefixes),
    });
    this.graph.onNode({
      kind: "set",
      key: "n1",
      value: { kind: "Node", apiVersion, metadata: { name: "n1" }, spec: { bgp: { ipv4Address: "10.254.0.1/8" } } },
    });
    this.pool(false);
    this.configure({});
    this.graph.onBlock({ kind: "set", key: "10.65.0.0/26", value: parsePrefix("10.65.0.0/26")! });
    for (const router of this.routers) {
      router.speaker.setPeer({ address: own, asn: 64512, localAddress: router.address });
      router.speaker.announce(parsePrefix(`10.${router.asn === 65000 ? 1 : 2}.0.0/16`)!);
      this.peer(router.name);
    }
    this.turn();
  }

  /** The node's turn, and a minute. */
  turn(): void {
    this.service.apply(this.graph.turn(), this.graph);
    this.net.run(60);
  }

  configure(spec: BGPConfiguration["spec"]): void {
    const value: BGPConfiguration = { kind: "BGPConfiguration", apiVersion, metadata: { name: "default" }, spec };
    this.graph.onConfiguration({ kind: "set", key: "default", value });
  }

  peer(name: string, more: BGPPeer["spec"] = {}): void {
    const router = this.routers.find((one) => one.name === name)!;
    const spec = { peerIP: `10.255.0.${router.address.a & 255}`, asNumber: router.asn, ...more };
    this.graph.onPeering({ kind: "set", key: name, value: { kind: "BGPPeer", apiVersion, metadata: { name }, spec } });
  }

  filter(spec: BGPFilter["spec"]): void {
    this.graph.onFilter({
      kind: "set",
      key: "f",
      value: { kind: "BGPFilter", apiVersion, metadata: { name: "f" }, spec },
    });
  }

  pool(disableBGPExport: boolean): void {
    const spec = { cidr: "10.65.0.0/16", disableBGPExport };
    this.graph.onPool({ kind: "set", key: "p", value: { kind: "IPPool", apiVersion, metadata: { name: "p" }, spec } });
  }

  secret(text: string | undefined): void {
    const key = "bgp/tor";
    if (text === undefined) this.graph.onSecret({ kind: "delete", key });
    else this.graph.onSecret({ kind: "set", key, value: { kind: "text", text } });
  }

  get up(): string[] {
    const peers = this.service.status()?.peers ?? [];
    return peers.filter(({ state }) => state === "Established").map(({ name }) => name);
  }

  /** What the router of AS 65000 has from the node. */
  get atTor(): string[] {
    const { speaker } = this.routers[0]!;
    const own = [...speaker.bestRoutes("ipv4")].filter(({ from }) => from !== "local");
    return own.map(({ prefix }) => formatPrefix(prefix)).sort();
  }
}

const block = "10.65.0.0/26";
const [tor, rs] = ["10.255.0.1", "10.255.0.2"];

describe("the node's BGP", () => {
  let lab: Lab;
  beforeEach(() => {
    lab = new Lab();
    assert.deepEqual([lab.up, lab.atTor], [[tor, rs], [block]]);
  });
  afterEach(() => lab.service.closeSilently());

  it("changes what leaves and what comes in without ending a session", () => {
    const steps: readonly [name: string, change: () => void, seen: readonly string[]][] = [
      ["a pool kept back", () => lab.pool(true), []],
      ["a pool that leaves", () => lab.pool(false), [block]],
      ["services", () => lab.configure({ serviceClusterIPs: [{ cidr: "10.96.0.0/12" }] }), [block, "10.96.0.0/12"]],
      ["communities", () => lab.configure({ prefixAdvertisements: [{ cidr: block, communities: ["1:2"] }] }), [block]],
      ["a name of nothing", () => lab.peer("tor", { filters: ["f"] }), [block]],
      ["a filter of that name", () => lab.filter({ exportV4: [{ action: "Reject" }] }), []],
      ["another filter", () => lab.filter({ importV4: [{ action: "Reject" }] }), [block]],
      ["next hops", () => lab.peer("tor", { nextHopMode: "Self" }), [block]],
      ["next hops of others", () => lab.peer("tor", { nextHopMode: "Keep" }), [block]],
      ["our own AS", () => lab.peer("tor", { numAllowedLocalASNumbers: 3 }), [block]],
      ["the kernel's part", () => lab.configure({ programClusterRoutes: "Disabled" }), [block]],
      ["interfaces", () => lab.configure({ ignoredInterfaces: ["docker0"] }), [block]],
      ["a gateway", () => lab.peer("tor", { reachableBy: "10.255.0.9" }), [block]],
      ["the same again", () => lab.peer("tor", { reachableBy: "10.255.0.9" }), [block]],
      ["bindMode", () => lab.configure({ bindMode: "NodeIP" }), [block]],
      ["the port where we wait", () => lab.configure({ listenPort: 1790 }), [block]],
    ];
    for (const [name, change, seen] of steps) {
      change();
      lab.turn();
      assert.deepEqual(lab.downs, [], name);
      assert.deepEqual([lab.up, lab.atTor], [[tor, rs], [...seen].sort()], name);
    }
    assert.equal(lab.speakers, 1);
    assert.deepEqual(lab.listening, ["10.254.0.1 179", "10.254.0.1 179", "10.254.0.1 1790"]);
  });

  it("ends a session, and no other, where the two ends have to agree anew", () => {
    const steps: readonly [name: string, spec: BGPPeer["spec"]][] = [
      ["keepalives", { keepaliveTime: "10s" }],
      ["the restart's time", { keepaliveTime: "10s", maxRestartTime: "44s" }],
      ["the source", { sourceAddress: "None" }],
      ["TTL security", { ttlSecurity: 1 }],
    ];
    for (const [name, spec] of steps) {
      lab.downs.length = 0;
      lab.peer("tor", spec);
      lab.turn();
      assert.deepEqual(lab.downs, [tor], name);
      assert.deepEqual([lab.up, lab.atTor], [[tor, rs], [block]], name);
    }
  });

  it("begins no session without its key, and ends one when the key is another or gone, not when it is the same", () => {
    const password = { secretKeyRef: { name: "bgp", key: "tor" } };
    const router = lab.routers[0]!;
    const keyed = (key: string): void => {
      router.speaker.setPeer({ address: own, asn: 64512, localAddress: router.address, password: key });
    };
    lab.peer("tor", { password });
    lab.turn();
    assert.deepEqual([lab.up, lab.downs], [[rs], [tor]]);
    assert.equal(lab.graph.peers.get(`${tor} ipv4`)?.problem, "password: bgp/tor has not been read yet");
    assert.deepEqual([...lab.graph.secretFiles], ["bgp/tor"]);
    keyed("one");
    lab.secret("other");
    lab.turn();
    assert.deepEqual(lab.up, [rs], "another key");
    lab.secret("one");
    lab.turn();
    assert.deepEqual(lab.up, [tor, rs]);
    lab.downs.length = 0;
    lab.secret("one");
    lab.turn();
    assert.deepEqual(lab.downs, [], "the same key");
    lab.secret("two");
    keyed("two");
    lab.turn();
    assert.deepEqual([lab.up, lab.downs], [[tor, rs], [tor]]);
    lab.secret(undefined);
    lab.turn();
    assert.deepEqual(lab.up, [rs], "the key is gone");
  });

  it("says which routes are not the kernel's", () => {
    assert.deepEqual(lab.withheld, []);
    lab.configure({ programClusterRoutes: "Disabled", serviceExternalIPs: [{ cidr: "192.0.2.1/32" }] });
    lab.turn();
    assert.deepEqual(lab.withheld.map(formatPrefix), ["192.0.2.1/32", "10.65.0.0/16"]);
    lab.configure({});
    lab.turn();
    assert.deepEqual(lab.withheld, []);
  });
});
