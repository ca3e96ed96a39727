import type { Address } from "../../net/address.ts";
import { sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { type BfdArrival, requiredTtl } from "./arrival.ts";
import { authTypeName, type BfdPacket, packetFaults, readBfdPacket } from "./packet.ts";
import type { BfdState, BfdWay } from "./port.ts";
import type { BfdPath, BfdPorts } from "./ports.ts";
import { WatchedSession } from "./watched-session.ts";

/** Sessions at most; one more is refused. 300 ms each way of so many are 7,000 packets a second. */
export const mostSessions = 1024;

/** What became of a datagram: a session took it, or why none did. */
export type ArrivalVerdict = "taken" | { readonly dropped: string };

/**
 * All BFD sessions of this machine. Ways with the same ends are one session, whatever the number of watchers (RFC 5882
 * 4.4); what they want of its timers is merged. Watchers are numbers that the caller gives out.
 */
export class BfdSessions {
  readonly #ports: BfdPorts;
  readonly #most: number;
  readonly #byPath = new Map<string, WatchedSession>();
  readonly #byDiscriminator = new Map<number, WatchedSession>();
  readonly #byWatcher = new Map<number, WatchedSession>();

  constructor(ports: BfdPorts, most = mostSessions) {
    this.#ports = ports;
    this.#most = most;
  }

  /** Sessions that are, those of which nobody hears any more too. */
  get size(): number {
    return this.#byPath.size;
  }

  /** The state of every session, by the name of its peer. */
  states(): { readonly peer: string; readonly state: BfdState }[] {
    return [...this.#byPath.values()].map(({ name, state }) => ({ peer: name, state }));
  }

  /**
   * Watches a way, or watches it under other terms when the watcher does so already. `cautious`: sessions of an earlier
   * life may still stand at the peer, so it is told AdminDown first.
   */
  watch(watcher: number, way: BfdWay, cautious = false): void {
    const path = { remote: way.remote, zone: way.zone, local: way.local, multihop: way.terms.multihop ?? false };
    const key = pathKey(path.remote, path.zone, path.local, path.multihop);
    const before = this.#byWatcher.get(watcher);
    const session = this.#byPath.get(key) ?? this.#open(key, path);
    if (!session) {
      before?.unwatch(watcher);
      this.#byWatcher.delete(watcher);
      this.#ports.hear(watcher, { state: "AdminDown", reason: `there are ${this.#most} BFD sessions already` });
      return;
    }
    this.#byWatcher.set(watcher, session);
    session.watch(watcher, way.terms, cautious);
    if (before !== session) before?.unwatch(watcher);
  }

  unwatch(watcher: number): void {
    this.#byWatcher.get(watcher)?.unwatch(watcher);
    this.#byWatcher.delete(watcher);
  }

  /** Gives a datagram to the session it belongs to (RFC 5880 6.8.6 and 6.3, RFC 5881 3 and 5, RFC 5883 4). */
  receive(arrival: BfdArrival): ArrivalVerdict {
    const packet = readBfdPacket(arrival.octets);
    if (typeof packet === "string") return this.#drop(this.#byAddress(arrival), packetFaults[packet]);
    const { yourDiscriminator, authentication } = packet;
    const session = yourDiscriminator === 0 ? this.#byAddress(arrival) : this.#byDiscriminator.get(yourDiscriminator);
    if (!session) {
      const why = yourDiscriminator === 0 ? "nobody watches its sender" : "no session has its Your Discriminator";
      return { dropped: why };
    }
    const why = mismatch(session, arrival) ?? (authentication === undefined ? undefined : authenticated(packet));
    if (why !== undefined)
      return this.#drop(sameAddress(session.path.remote, arrival.remote) ? session : undefined, why);
    session.receive(packet);
    return "taken";
  }

  /** Ends all sessions, each with a last word to its peer that BFD is switched off. */
  close(): void {
    for (const session of [...this.#byPath.values()]) session.close();
    this.#byWatcher.clear();
  }

  #drop(session: WatchedSession | undefined, why: string): ArrivalVerdict {
    session?.dropped(why);
    return { dropped: why };
  }

  #open(key: string, path: BfdPath): WatchedSession | undefined {
    if (this.#byPath.size >= this.#most) return undefined;
    const discriminator = this.#freeDiscriminator();
    const name = path.zone === "" ? formatAddress(path.remote) : `${formatAddress(path.remote)}%${path.zone}`;
    const session = new WatchedSession(path, name, discriminator, this.#ports, () => {
      this.#byPath.delete(key);
      this.#byDiscriminator.delete(discriminator);
    });
    this.#byPath.set(key, session);
    this.#byDiscriminator.set(discriminator, session);
    return session;
  }

  /** Random, so that nobody off the path can guess it (RFC 5880 9); never 0, never twice. */
  #freeDiscriminator(): number {
    for (;;) {
      const discriminator = Math.floor(this.#ports.random() * 0xffffffff) + 1;
      if (!this.#byDiscriminator.has(discriminator)) return discriminator;
    }
  }

  /** The session between these ends: one that names interface and own address rather than one that does not. */
  #byAddress({ remote, zone, local, multihop }: BfdArrival): WatchedSession | undefined {
    for (const inZone of [zone, ""]) {
      for (const own of [local, undefined]) {
        const session = this.#byPath.get(pathKey(remote, inZone, own, multihop));
        if (session) return session;
      }
    }
    return undefined;
  }
}

function pathKey(remote: Address, zone: string, local: Address | undefined, multihop: boolean): string {
  const ends = `${formatAddress(remote)}%${zone} ${local ? formatAddress(local) : ""}`;
  return multihop ? `multihop ${ends}` : ends;
}

/** Why a packet is not this session's although it names it, or arrived in a way it must not. */
function mismatch({ path }: WatchedSession, arrival: BfdArrival): string | undefined {
  if (path.multihop !== arrival.multihop) return "it came to the port of the other kind, single hop or multihop";
  if (!sameAddress(path.remote, arrival.remote)) return "its sender is another than the discriminator belongs to";
  if (path.zone !== "" && arrival.zone !== "" && path.zone !== arrival.zone) return `it came in by ${arrival.zone}`;
  if (!path.multihop && arrival.ttl !== requiredTtl) return `its TTL is ${arrival.ttl}, not 255: it was forwarded`;
  return undefined;
}

function authenticated({ authentication }: BfdPacket): string {
  return `it is authenticated (${authTypeName(authentication!)}), and no authentication is in use here`;
}
