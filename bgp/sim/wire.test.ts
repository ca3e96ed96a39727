import assert from "node:assert/strict";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { ipv4 } from "../../net/address.ts";
import { wireContract } from "../wire.contract.ts";
import type { Connection } from "../wire.ts";
import { SimNetwork, type SimNetworkOptions } from "./wire.ts";

const [here, there] = [ipv4(0x0a000001), ipv4(0x0a000002)];

function network(seed: number, options?: SimNetworkOptions): { clock: SimClock; network: SimNetwork } {
  const clock = new SimClock();
  return { clock, network: new SimNetwork(clock, seededRandom(seed), options) };
}

for (const [name, options] of [
  ["a smooth network in memory", { maxDelayMs: 0 }],
  ["a rough network in memory", { maxDelayMs: 80, maxPiece: 700 }],
] as const) {
  wireContract(name, () => {
    const lab = network(1, options);
    return {
      caller: lab.network.host(here),
      callee: lab.network.host(there),
      address: there,
      until: async (condition) => {
        for (let i = 0; i < 100_000 && !condition(); i++) lab.clock.advance(millis(1));
        assert.ok(condition(), "it never came to that");
      },
      end: () => {},
    };
  });
}

describe("what a network in memory may break", () => {
  interface Ends {
    clock: SimClock;
    network: SimNetwork;
    heard: { here: string[]; there: string[] };
    caller: Connection;
    callee: Connection;
  }

  function connect(seed: number, options: SimNetworkOptions = { maxDelayMs: 20, maxPiece: 3 }): Ends {
    const lab = network(seed, options);
    const heard = { here: [] as string[], there: [] as string[] };
    const ends: Partial<Ends> = { ...lab, heard };
    const ear = (connection: Connection, log: string[]): Connection => {
      connection.listen({
        onData: (buf, start, end) => log.push(Buffer.from(buf.subarray(start, end)).toString()),
        onDrain: () => log.push("<drain>"),
        onClose: (cause) => log.push(`<${cause}>`),
      });
      return connection;
    };
    const onAccept = (connection: Connection): unknown => (ends.callee = ear(connection, heard.there));
    lab.network.host(there).listen({ port: 179 }, { onAccept, onListening: () => {}, onFail: () => {} });
    const onConnect = (connection: Connection): unknown => (ends.caller = ear(connection, heard.here));
    lab.network.host(here).dial({ remote: { address: there, zone: "", port: 179 } }, { onConnect, onFail: () => {} });
    lab.clock.advance(seconds(1));
    return ends as Ends;
  }

  it("one seed is one history, and other seeds are others", () => {
    const history = (seed: number): string => {
      const { clock, caller, heard } = connect(seed);
      caller.write(Buffer.from("the quick brown fox"));
      clock.advance(seconds(1));
      assert.equal(heard.there.join(""), "the quick brown fox");
      return heard.there.join("|");
    };
    const histories = Array.from({ length: 20 }, (_, seed) => history(seed));
    assert.deepEqual(
      histories,
      Array.from({ length: 20 }, (_, seed) => history(seed)),
    );
    assert.ok(new Set(histories).size > 10);
  });

  it("a partition holds everything back and loses nothing", () => {
    const { clock, network: net, caller, heard } = connect(1);
    caller.write(Buffer.from("a"));
    net.partition(here, there);
    caller.write(Buffer.from("b"));
    clock.advance(seconds(60));
    const before = heard.there.join("");
    assert.ok("ab".startsWith(before) && before !== "ab");
    net.heal(here, there);
    clock.advance(seconds(1));
    assert.equal(heard.there.join(""), "ab");
  });

  it("a call into a partition fails at last", () => {
    const lab = network(1);
    lab.network.partition(here, there);
    const errors: string[] = [];
    const remote = { address: there, zone: "", port: 179 };
    const listener = { onConnect: () => {}, onFail: (error: Error) => errors.push(error.message) };
    lab.network.host(here).dial({ remote }, listener);
    lab.clock.advance(seconds(19));
    assert.deepEqual(errors, []);
    lab.clock.advance(seconds(2));
    assert.deepEqual(errors, ["10.0.0.2:179: no answer"]);
  });

  it("a crash is silent until somebody writes", () => {
    const { clock, network: net, caller, heard } = connect(1);
    net.crash(there);
    clock.advance(seconds(3600));
    assert.deepEqual(heard, { here: [], there: [] });
    caller.write(Buffer.from("hello?"));
    clock.advance(seconds(1));
    assert.deepEqual(heard, { here: ["<failed>"], there: [] });
  });

  it("a reset is told at both ends, once", () => {
    const { clock, network: net, heard } = connect(1);
    net.reset(here, there);
    clock.advance(seconds(1));
    net.reset(here, there);
    clock.advance(seconds(1));
    assert.deepEqual(heard, { here: ["<failed>"], there: ["<failed>"] });
    assert.equal(net.connections, 0);
  });

  it("spoils the buffer it lent, so that nobody keeps it", () => {
    const lab = network(1);
    let kept: Uint8Array | undefined;
    const onAccept = (connection: Connection): void =>
      connection.listen({ onData: (buf) => (kept = buf), onDrain: () => {}, onClose: () => {} });
    lab.network.host(there).listen({ port: 179 }, { onAccept, onListening: () => {}, onFail: () => {} });
    const onConnect = (connection: Connection): unknown => connection.write(Buffer.from("x"));
    lab.network.host(here).dial({ remote: { address: there, zone: "", port: 179 } }, { onConnect, onFail: () => {} });
    lab.clock.advance(seconds(1));
    assert.notEqual(kept![0], 0x78);
  });
});
