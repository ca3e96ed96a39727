import type { Clock } from "../../lib/clock.ts";
import { seededRandom } from "../../lib/random.ts";
import { millis } from "../../lib/unit.ts";
import { ipv4 } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Connection, ConnectionListener, Endpoint, ListenListener, Wire } from "../wire.ts";
import type { SpeakerConfig } from "./config.ts";
import { inventedGreeting, inventedUpdates } from "./invented.ts";
import { Speaker } from "./speaker.ts";

/** Octets that a socket gives at once: they end within a message, as a rule. */
const chunkSize = 9973;
const routerId = 0x0a000001;

/**
 * Lets a speaker that nobody hears live through a first full table: one peer tells invented routes and takes them back,
 * an eBGP and an iBGP peer are told. The engine compiles the ways that every route goes while nobody waits, instead of in
 * the first second of the first full table; that is worth a fifth of its time. What it compiles for are the very objects
 * that later come, so the whole way has to be the real one. Takes about 0.1 s a family. The answer is
 * how many octets were told, which is never few.
 */
export function warmUp(families: readonly Family[]): number {
  return families.reduce((sum, family) => sum + warmUpFamily(family), 0);
}

function warmUpFamily(family: Family): number {
  const config: SpeakerConfig = {
    asn: 65000,
    routerId,
    families: [family],
    listen: { port: 179 },
    ebgpRequiresPolicy: false,
    gracefulRestart: undefined,
    restart: { restarting: false, forwardingPreserved: [] },
  };
  const wire = new DeafWire();
  const due: (() => void)[] = [];
  const turns = { soon: (run: () => void) => due.push(run) };
  const speaker = new Speaker(config, { wire, clock: stoppedClock, random: seededRandom(1), turns, tell: () => {} });
  const nextHop = { [family]: family === "ipv4" ? ipv4(routerId) : { family, a: 0xfd000000, b: 0, c: 0, d: 1 } };
  for (const [host, asn] of [65001, 65002, 65000].entries()) {
    speaker.setPeer({ address: ipv4(routerId + host + 1), asn, passive: true, nextHop });
  }
  speaker.start();
  const callers = [65001, 65002, 65000].map((asn, host) => wire.call(routerId + host + 1, asn, family));
  const settle = (): void => {
    for (let run = due.shift(); run; run = due.shift()) run();
  };
  for (const octets of [
    ...inventedUpdates(family, false),
    ...inventedUpdates(family, true),
    ...inventedUpdates(family, false),
  ]) {
    for (let at = 0; at < octets.length; at += chunkSize) {
      callers[0]!.listener?.onData(octets, at, Math.min(at + chunkSize, octets.length));
    }
    settle();
  }
  callers[0]!.listener?.onClose("ended", "the warm-up is over");
  settle();
  speaker.close({ kind: "silent" });
  return callers.reduce((sum, { heard }) => sum + heard, 0);
}

/** Time stands still: no timer is ever due, and a slice of work is never over. */
const stoppedClock: Clock = { now: () => millis(0), wall: () => 0, after: () => () => {} };

/** Somebody who called and takes whatever is sent, without reading it. */
class DeafCaller implements Connection {
  readonly local: Endpoint = { address: ipv4(routerId), zone: "", port: 179 };
  readonly remote: Endpoint;
  readonly queuedBytes = 0;
  listener: ConnectionListener | undefined;
  heard = 0;

  constructor(host: number) {
    this.remote = { address: ipv4(host), zone: "", port: 40000 };
  }

  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }

  write(bytes: Uint8Array): boolean {
    this.heard += bytes.length;
    return true;
  }

  pause(): void {}

  resume(): void {}

  afterArrived(then: () => void): void {
    then();
  }

  close(): void {
    this.listener = undefined;
  }

  reset(): void {
    this.listener = undefined;
  }
}

/** A wire on which nobody can be called, and callers come when they are asked to. */
class DeafWire implements Wire {
  #accept: ListenListener["onAccept"] = () => {};

  unsupported(): readonly [] {
    return [];
  }

  dial(): () => void {
    return () => {};
  }

  listen(_options: unknown, listener: ListenListener): () => void {
    this.#accept = (connection) => listener.onAccept(connection);
    return () => {};
  }

  /** Has a caller say OPEN and KEEPALIVE. */
  call(host: number, asn: number, family: Family): DeafCaller {
    const caller = new DeafCaller(host);
    this.#accept(caller);
    const greeting = inventedGreeting(host, asn, family);
    caller.listener?.onData(greeting, 0, greeting.length);
    return caller;
  }
}
