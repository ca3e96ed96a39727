import assert from "node:assert/strict";
import type { Clock } from "../../lib/clock.ts";
import { type Random, seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { type LabNetwork, LabPeer, labConfig } from "../sim/session-lab.ts";
import { SimNetwork } from "../sim/wire.ts";
import type { Wire } from "../wire.ts";
import type { SessionConfig } from "./session-config.ts";

/** A process on a host, which may die and live again; of a dead one nothing is heard any more. */
class Host {
  readonly config: SessionConfig;
  readonly #network: SimNetwork;
  #life = { isOver: true };
  peer: LabPeer | undefined;
  /** What was told by lives that are over. */
  flaps = 0;

  constructor(network: SimNetwork, config: SessionConfig) {
    this.#network = network;
    this.config = config;
  }

  get address(): NonNullable<SessionConfig["dial"]["localAddress"]> {
    return this.config.dial.localAddress!;
  }

  get isAlive(): boolean {
    return !this.#life.isOver;
  }

  boot(restarting: boolean): void {
    if (this.isAlive) return;
    this.#life = { isOver: false };
    this.#network.powerOn(this.address);
    this.peer = new LabPeer(mortal(this.#network, this.#life), this.config);
    this.peer.restart = { restarting, forwardingPreserved: restarting ? ["ipv4", "ipv6"] : [] };
    this.peer.session.start();
  }

  /** `power`: nobody is told; `kill`: the kernel closes TCP. */
  die(how: "power" | "kill"): void {
    if (!this.isAlive) return;
    this.#life.isOver = true;
    if (how === "power") this.#network.powerOff(this.address);
    else this.#network.hangUp(this.address);
  }
}

function mortal(network: SimNetwork, life: { readonly isOver: boolean }): LabNetwork {
  const clock: Clock = {
    now: () => network.clock.now(),
    wall: () => network.clock.wall(),
    after: (delay, fire) => network.clock.after(delay, () => life.isOver || fire()),
  };
  const host = (address: Parameters<SimNetwork["host"]>[0]): Wire => {
    const wire = network.host(address);
    return {
      ...wire,
      dial: (options, { onConnect, onFail }) =>
        wire.dial(options, {
          onConnect: (connection) => (life.isOver ? connection.reset() : onConnect(connection)),
          onFail: (error) => life.isOver || onFail(error),
        }),
    };
  };
  return { clock, random: network.random, host };
}

interface World {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly random: Random;
  readonly hosts: readonly [Host, Host];
  readonly log: string[];
}

function pick<T>(random: Random, of: readonly T[]): T {
  return of[Math.floor(random() * of.length)]!;
}

/** Two hosts that are to speak: both call or only one, on a path that is slow, lossy, or neither. */
function world(seed: number): World {
  const clock = new SimClock();
  const random = seededRandom(seed);
  const loss = pick(random, [0, 0, 0.05, 0.2]);
  const terms = { delayMs: pick(random, [0, 0, 20, 150]), jitterMs: 1 + random() * 100, loss, backoffMs: 5000 };
  const network = new SimNetwork(clock, random, {
    maxDelayMs: 10,
    maxPiece: 1 + Math.floor(random() * 60),
    pathOf: () => ({ terms, random }),
  });
  const isGraceful = random() < 0.75;
  const one = (passive: boolean): Partial<SessionConfig> => ({
    passive,
    holdTimeSeconds: pick(random, [9, 30, 90]),
    connectRetrySeconds: pick(random, [2, 5]),
    delayOpenSeconds: pick(random, [0, 0, 0, 3]),
    ...(!isGraceful && { gracefulRestart: undefined }),
    ...(random() < 0.3 && { longLivedStaleSeconds: 600 }),
  });
  const isOneSided = random() < 0.5;
  const hosts = [
    new Host(network, labConfig(1, 2, one(isOneSided))),
    new Host(network, labConfig(2, 1, one(false))),
  ] as const;
  return { clock, network, random, hosts, log: [`passive ${isOneSided} graceful ${isGraceful} loss ${loss}`] };
}

const faults: readonly ((world: World, host: Host) => string)[] = [
  ({ network, hosts: [x, y] }) => {
    network.reset(x.address, y.address);
    return "reset";
  },
  ({ network, hosts: [x, y] }) => {
    network.partition(x.address, y.address);
    return "cut";
  },
  ({ network, hosts: [x, y] }) => {
    network.heal(x.address, y.address);
    return "heal";
  },
  (_, host) => {
    host.die("power");
    return "power off";
  },
  (_, host) => {
    host.die("kill");
    return "kill";
  },
  ({ random }, host) => {
    host.boot(random() < 0.7);
    return "boot";
  },
  ({ random }, host) => {
    host.die(random() < 0.5 ? "power" : "kill");
    host.boot(random() < 0.7);
    return "dies and boots at once";
  },
  (_, { isAlive, peer }) => {
    if (isAlive) peer?.session.stop({ kind: "silent" });
    return "stops in silence";
  },
  ({ random }, { isAlive, peer }) => {
    if (isAlive) peer?.session.stop({ kind: "cease", subcode: pick(random, [2, 4, 6]) });
    return "stops";
  },
  (_, { isAlive, peer }) => {
    if (isAlive) peer?.session.start();
    return "starts";
  },
  ({ clock }, { isAlive, peer }) => {
    if (isAlive) {
      peer?.session.pauseReading();
      clock.after(millis(50), () => peer?.session.resumeReading());
    }
    return "stalls";
  },
];

/** Lets things go wrong for a while, then makes everything right again. */
function strike(made: World): void {
  const { clock, network, random, hosts, log } = made;
  const say = (what: string): unknown => log.push(`${(clock.now() / 1000).toFixed(2)} ${what}`);
  for (const host of hosts)
    clock.after(millis(random() * pick(random, [0, 50, 3000, 20_000])), () => host.boot(random() < 0.5));
  const times = Math.floor(random() * 12);
  for (let i = 0; i < times; i++) {
    clock.advance(millis(random() * pick(random, [20, 200, 200, 1000, 6000, 40_000])));
    const host = pick(random, hosts);
    say(`${host.config.routerId & 255} ${pick(random, faults)(made, host)}`);
  }
  clock.advance(millis(random() * 21_000));
  const path = network.path(hosts[0].address, hosts[1].address);
  path.terms = { ...path.terms, loss: 0 };
  network.heal(hosts[0].address, hosts[1].address);
  for (const host of hosts) {
    host.boot(true);
    host.peer!.session.start();
  }
  say("all is well");
}

function states({ hosts }: World): string[] {
  return hosts.map(({ peer }) => peer!.session.state);
}

function run(seed: number): World {
  const made = world(seed);
  strike(made);
  const { clock, network, hosts, log } = made;
  const told = (): string => `seed ${seed}: ${states(made).join(" and ")}\n${log.join("\n")}`;
  clock.advance(seconds(60));
  assert.deepEqual(states(made), ["Established", "Established"], told());
  const ups = hosts.map(({ peer }) => peer!.timesUp);
  clock.advance(seconds(100));
  assert.deepEqual(states(made), ["Established", "Established"], `later: ${told()}`);
  assert.deepEqual(
    hosts.map(({ peer }) => peer!.timesUp),
    ups,
    `flapped: ${told()}`,
  );
  assert.equal(network.connections, 1, told());
  return made;
}

describe("two speakers that are to find each other", () => {
  it("are Established within a minute of the last fault, over one connection, and stay so", () => {
    for (let seed = 0; seed < 800; seed++) run(seed);
    // The only caller's peer died right after it had taken the call: once upon a time an OPEN was awaited for four minutes.
    for (const seed of [700, 1268]) run(seed);
  });
});
