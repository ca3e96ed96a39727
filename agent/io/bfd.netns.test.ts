import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { BfdFact } from "../../bgp/bfd/fact.ts";
import type { BfdState, BfdTerms } from "../../bgp/bfd/port.ts";
import { TwoHosts } from "../../bgp/io/two-hosts.ts";
import { UdpSocket } from "../../kernel/io/udp-socket.ts";
import type { Cancel } from "../../lib/clock.ts";
import { ipv4 } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import { BfdThread } from "./bfd.ts";

/** One end: a thread, and what its watchers heard. */
class End {
  readonly heard: BfdState[] = [];
  readonly facts: BfdFact[] = [];
  readonly thread: BfdThread;

  constructor(netns: string) {
    this.thread = new BfdThread((fact) => void this.facts.push(fact), { netns: `/run/netns/${netns}` });
  }

  watch(remote: string, terms: BfdTerms = {}): Cancel {
    return this.thread.watch(
      { remote: parseAddress(remote)!, zone: "", terms },
      (state) => void this.heard.push(state),
    );
  }

  get state(): string | undefined {
    return this.heard.at(-1)?.state;
  }

  /** The states heard since it was Up for the first time. */
  get sinceUp(): string[] {
    const states = this.heard.map(({ state }) => state as string);
    return states.slice(states.indexOf("Up"));
  }
}

describe("BFD in threads of their own", function () {
  this.timeout(30_000);
  let hosts: TwoHosts;
  let us: End;
  let them: End;
  beforeEach(() => {
    hosts = new TwoHosts();
    us = new End(hosts.us);
    them = new End(hosts.them);
  });
  afterEach(async () => {
    us.thread.close();
    them.thread.close();
    await hosts.close();
  });

  async function bothUp(terms: BfdTerms = {}): Promise<void> {
    us.watch("10.99.0.2", terms);
    them.watch("10.99.0.1", terms);
    await hosts.until("both ends are up", () => us.state === "Up" && them.state === "Up");
  }

  it("start with the first watcher, come up, lose a link that is cut, and come up again", async () => {
    assert.equal(us.thread.worker, undefined);
    await bothUp({ minTxMs: 50, minRxMs: 50 });
    execFileSync("ip", ["-n", hosts.us, "link", "set", "eth0", "down"]);
    await hosts.until("both ends are down", () => us.state === "Down" && them.state === "Down");
    assert.equal(us.heard.at(-1)?.reason, "Control Detection Time Expired");
    execFileSync("ip", ["-n", hosts.us, "link", "set", "eth0", "up"]);
    await hosts.until("both ends are up again", () => us.state === "Up" && them.state === "Up");
  });

  it("change terms without a fall: the new watch begins before the old one ends", async () => {
    const before = us.watch("10.99.0.2");
    them.watch("10.99.0.1");
    await hosts.until("both ends are up", () => us.state === "Up" && them.state === "Up");
    us.watch("10.99.0.2", { minTxMs: 50, minRxMs: 50, multiplier: 4 });
    before();
    them.watch("10.99.0.1", { minTxMs: 20, minRxMs: 20 });
    const end = performance.now() + 500;
    await hosts.until("half a second has passed", () => performance.now() > end);
    assert.deepEqual(new Set([...us.sinceUp, ...them.sinceUp]), new Set(["Up"]));
  });

  it("that die are told of and start anew; neither end takes it for a fall", async () => {
    await bothUp();
    const dead = us.thread.worker;
    await dead!.terminate();
    await hosts.until("AdminDown is heard", () => us.state === "AdminDown");
    assert.deepEqual(
      us.facts.map((one) => one.fact),
      ["bgp.bfd-worker-ended"],
    );
    await hosts.until("both ends are up again", () => {
      return (
        us.thread.worker !== dead && us.state === "Up" && them.sinceUp.includes("AdminDown") && them.state === "Up"
      );
    });
    assert.equal(us.sinceUp[1], "AdminDown");
    assert.equal(them.sinceUp[1], "AdminDown");
  });

  it("say AdminDown to the peer when nobody watches any more, and when they close", async () => {
    const cancel = us.watch("10.99.0.2");
    them.watch("10.99.0.1");
    await hosts.until("both ends are up", () => us.state === "Up" && them.state === "Up");
    cancel();
    cancel();
    await hosts.until("AdminDown is heard", () => them.state === "AdminDown");
    us.watch("10.99.0.2");
    await hosts.until("both ends are up again", () => us.state === "Up" && them.state === "Up");
    us.thread.close();
    await hosts.until("AdminDown is heard", () => them.state === "AdminDown");
  });

  it("tell of a port that somebody else has, and take it when it is free", async () => {
    const nothing = { received() {}, failed() {} };
    const rival = new UdpSocket({ address: ipv4(0), port: 3784, ttl: 1, netns: `/run/netns/${hosts.us}` }, nothing);
    us.watch("10.99.0.2");
    them.watch("10.99.0.1");
    await hosts.until("it is told", () => us.facts.length > 0);
    const [fact] = us.facts;
    assert.ok(
      fact?.fact === "bgp.bfd-socket-failed" && fact.what === "ipv4 UDP port 3784" && /EADDRINUSE/.test(fact.why),
    );
    rival.close();
    await hosts.until("both ends are up", () => us.state === "Up" && them.state === "Up");
  });

  it("drop what was forwarded, and say so once", async () => {
    us.watch("10.99.0.2");
    await hosts.until("it is watched", () => us.state === "Down");
    const forger = new UdpSocket({ address: ipv4(0), port: 0, ttl: 64, netns: `/run/netns/${hosts.them}` });
    const octets = Uint8Array.from(Buffer.from("204003180000000900000000000f42400000000100000000", "hex"));
    await hosts.until("it is told", () => {
      forger.send(octets, parseAddress("10.99.0.1")!, 3784);
      return us.facts.length > 0;
    });
    forger.close();
    const why = "its TTL is 64, not 255: it was forwarded";
    assert.deepEqual(us.facts, [{ fact: "bgp.bfd-dropped", peer: "10.99.0.2", why }]);
    assert.equal(us.state, "Down");
  });

  it("of a speaker are up before BGP is, and say AdminDown when it is asked to end", async () => {
    them.watch("10.99.0.1");
    const speaker = hosts.startSpeaker({
      asn: 65001,
      routerId: "10.99.0.1",
      listen: "none",
      peers: [{ address: "10.99.0.2", asn: 65002, bfd: true }],
    });
    await hosts.until("BFD is up", () => them.state === "Up");
    await hosts.end(speaker, "SIGTERM");
    await hosts.until("AdminDown is heard", () => them.state === "AdminDown");
    assert.equal(them.sinceUp[1], "AdminDown");
  });
});
