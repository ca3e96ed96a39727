import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { messageType } from "../iana.ts";
import { writeRouteRefresh } from "../message/route-refresh.ts";
import { writeEndOfRib, writeUpdate } from "../message/update.ts";
import { damaged } from "../sim/damage.ts";
import { goodMessages } from "../sim/good-messages.ts";
import { LabPeer, labConfig } from "../sim/session-lab.ts";
import { hexOf, hostB, keepalive, openOfB } from "../sim/session-pair.ts";
import { SimNetwork } from "../sim/wire.ts";
import type { Connection } from "../wire.ts";
import { Framer } from "./framer.ts";
import type { SessionConfig } from "./session-config.ts";
import { type State, states } from "./state.ts";

const addPath = { ipv4: { send: true, receive: true }, ipv6: { send: false, receive: true } };

/** What the session under test is. */
const configs: readonly Partial<SessionConfig>[] = [
  { passive: true },
  { passive: false, addPath, extendedNextHop: true, longLivedStaleSeconds: 3600 },
  { passive: true, delayOpenSeconds: 5, gracefulRestart: undefined, extendedMessage: false },
  { passive: false, role: "customer", strictRole: true, peerAsn: 65001 },
];

/** The end of one connection on which anything may be said; counts what it hears. */
class Stranger {
  readonly heard: number[] = [];
  isClosed = false;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    const framer = new Framer();
    framer.limit = 65535;
    const deliver = (type: number): boolean => this.heard.push(type) > 0;
    connection.listen({
      onData: (buf, start, end) => assert.equal(framer.push(buf, start, end, deliver), undefined, "we speak BGP"),
      onDrain: () => {},
      onClose: () => {
        this.isClosed = true;
      },
    });
  }

  say(octets: Uint8Array): void {
    if (!this.isClosed) this.#connection.write(octets);
  }

  leave(isLoud: boolean): void {
    if (this.isClosed) return;
    if (isLoud) this.#connection.reset();
    else this.#connection.close();
  }

  /** At most one NOTIFICATION, and nothing behind it. */
  check(): void {
    const at = this.heard.indexOf(messageType.notification);
    assert.ok(at < 0 || at === this.heard.length - 1, `heard messages of types ${this.heard.join()}`);
  }
}

/** A session of host 10.0.0.1, and somebody at 10.0.0.2 who calls, takes calls, and says anything. */
class Scene {
  readonly clock = new SimClock();
  readonly a: LabPeer;
  readonly #strangers: Stranger[] = [];
  readonly #network: SimNetwork;
  readonly #config: Partial<SessionConfig>;
  readonly seen: Set<State>;

  constructor(seed: number, config: Partial<SessionConfig>, seen: Set<State>) {
    this.#config = config;
    this.seen = seen;
    this.#network = new SimNetwork(this.clock, seededRandom(seed), { maxDelayMs: 5, maxPiece: 900 });
    this.a = new LabPeer(this.#network, labConfig(1, 2, config));
    const onAccept = (connection: Connection): void => void this.#strangers.push(new Stranger(connection));
    this.#network.host(hostB).listen({ port: 179 }, { onListening() {}, onAccept, onFail() {} });
    this.a.session.start();
  }

  /** An OPEN that the session would take. */
  get open(): Uint8Array {
    const { peerAsn, addPath: paths, role } = this.#config;
    const localAsn = typeof peerAsn === "number" ? peerAsn : 65000;
    return openOfB({}, { localAsn, ...(paths && { addPath: paths }), role: role && "provider", peerAsn: 65000 });
  }

  call(): void {
    const onConnect = (connection: Connection): void => void this.#strangers.push(new Stranger(connection));
    const { dial } = labConfig(2, 1);
    this.#network.host(hostB).dial(dial, { onConnect, onFail() {} });
  }

  latest(random: Random): Stranger | undefined {
    const open = this.#strangers.filter(({ isClosed }) => !isClosed);
    return open[Math.floor(random() * open.length)];
  }

  wait(time: number): void {
    this.clock.advance(millis(time));
    assert.ok(states.includes(this.a.session.state));
    this.seen.add(this.a.session.state);
    assert.equal(this.a.session.negotiated !== undefined, this.a.session.state === "Established");
    for (const one of this.#strangers) one.check();
  }

  leaveAll(): void {
    for (const one of this.#strangers) one.leave(false);
  }
}

const messages = goodMessages();

/** What is said next: often what leads on to the next state, else anything. */
function octets(scene: Scene, random: Random): Uint8Array {
  const kind = random();
  if (kind < 0.25) return scene.open;
  if (kind < 0.5) return keepalive;
  if (kind < 0.55) return writeEndOfRib(new Writer(), "ipv6").take();
  if (kind < 0.6) return writeRouteRefresh(new Writer(), "ipv4").take();
  if (kind < 0.65) return writeUpdate(new Writer(), { withdrawn: Uint8Array.of(24, 10, 1, 2) }).take();
  if (kind < 0.97) return damaged(messages, Math.floor(random() * messages.length), random);
  return Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
}

function act(scene: Scene, random: Random): void {
  const kind = random();
  const stranger = scene.latest(random);
  if (!stranger || kind < 0.06) scene.call();
  else if (kind < 0.09) stranger.leave(random() < 0.5);
  else if (kind < 0.1) scene.a.session.stop({ kind: "cease", subcode: 2, text: "maintenance" });
  else if (kind < 0.12) scene.a.session.start();
  else {
    // Now and then the speaker ends the session over what an UPDATE says.
    scene.a.answer = random() < 0.02 ? { code: 6, subcode: 1, data: new Uint8Array(0) } : undefined;
    stranger.say(octets(scene, random));
  }
  scene.wait(random() < 0.05 ? random() * 200_000 : random() * 40);
}

describe("a session, whatever octets come", () => {
  it("never throws, stays in a state there is, says at most one NOTIFICATION on a connection and nothing after it", () => {
    const seen = new Set<State>();
    for (let seed = 0; seed < 400; seed++) {
      const random = seededRandom(seed);
      const scene = new Scene(seed, configs[seed % configs.length]!, seen);
      try {
        for (let step = 0; step < 30; step++) act(scene, random);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    assert.deepEqual([...seen].sort(), [...states].sort(), "every state was reached");
  }).timeout(20_000);

  it("still comes up afterwards, with a peer that says the right things", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(1000 + seed);
      const scene = new Scene(seed, configs[seed % configs.length]!, new Set());
      for (let step = 0; step < 25; step++) act(scene, random);
      scene.leaveAll();
      scene.a.session.start();
      scene.wait(300_000);
      scene.leaveAll();
      for (let i = 0; i < 300 && scene.a.session.state !== "Established"; i++) {
        if (i % 40 === 0) scene.call();
        const stranger = scene.latest(random);
        if (stranger && stranger.heard.at(-1) === messageType.open) stranger.say(scene.open);
        if (stranger && stranger.heard.length > 0) stranger.say(keepalive);
        scene.wait(seconds(1));
      }
      assert.equal(scene.a.session.state, "Established", `seed ${seed}: ${scene.a.session.why} ${hexOf(scene.open)}`);
    }
  }).timeout(20_000);
});
