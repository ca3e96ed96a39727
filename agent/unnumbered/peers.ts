import type { PeerConfig } from "../../bgp/speaker/config.ts";
import type { Neighbourhood } from "../../kernel/router-discovery/port.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { numbered, numberedName, type UnnumberedPeer } from "./peer.ts";

/** Who finds neighbours: `RouterDiscovery`. */
export interface NeighbourFinder {
  follow(names: ReadonlySet<string>): void;
  neighbourhood(name: string): Neighbourhood;
  close(): void;
}

/** The speaker as far as unnumbered peers need it. */
export interface PeerBook {
  setPeer(config: PeerConfig): void;
  removePeer(address: Address, zone: string): void;
  /** Families that peers will carry whose address is not known yet. */
  setAwaited(families: readonly Family[]): void;
  /** Whether the session of the peer of this name is Established. */
  isUp(name: string): boolean;
  /** Whether routes of a session that ended are kept for the peer to come back (RFC 4724, RFC 9494). */
  isKept(name: string): boolean;
}

/** An interface that has no peer: nobody was heard there. */
export interface WaitingInterface {
  readonly peer: UnnumberedPeer;
  readonly why: string;
  /** Wall-clock milliseconds since when. */
  readonly since: number;
}

interface Known {
  peer: UnnumberedPeer;
  /** The address that the speaker was told. */
  address: Address | undefined;
  /** Wall-clock milliseconds of the last change of `address`. */
  since: number;
}

/** How often a peer that is only still there because of its session is looked at. */
const lookAgain = seconds(5);

/**
 * Gives the speaker a peer for every interface behind which somebody is heard. Each has one peer at most: the neighbour that
 * the finder chose. A session that is up is not given up for another neighbour as long as its own is held, nor because its
 * own has gone silent (BGP's hold time, or BFD, judges that better); nor are routes that are kept for a restarting peer. With
 * the link everything goes at once.
 */
export class UnnumberedPeers {
  readonly #finder: NeighbourFinder;
  readonly #book: PeerBook;
  readonly #clock: Clock;
  readonly #families: readonly Family[];
  readonly #known = new Map<string, Known>();
  #cancel: Cancel = () => {};
  #isClosed = false;

  /** @param families what peers carry that do not say it themselves */
  constructor(finder: NeighbourFinder, book: PeerBook, clock: Clock, families: readonly Family[]) {
    this.#finder = finder;
    this.#book = book;
    this.#clock = clock;
    this.#families = families;
  }

  /** These are the unnumbered peers from now on, one an interface. */
  set(peers: readonly UnnumberedPeer[]): void {
    const wanted = new Map(peers.map((peer) => [peer.interface, peer]));
    for (const [name, known] of [...this.#known]) {
      if (wanted.has(name)) continue;
      this.#known.delete(name);
      this.#drop(known);
    }
    for (const [name, peer] of wanted) {
      const known = this.#known.get(name) ?? { peer, address: undefined, since: this.#clock.wall() };
      known.peer = peer;
      this.#known.set(name, known);
      // The speaker finds out what differs, and whether the session may stay.
      if (known.address) this.#book.setPeer(numbered(peer, known.address));
    }
    this.#finder.follow(new Set(wanted.keys()));
    this.lookAll();
  }

  /** The neighbourhood of an interface is another one. */
  look(name: string): void {
    const known = this.#known.get(name);
    if (known && !this.#isClosed) this.#settle(known);
    this.#await();
  }

  /** As `look`, of all interfaces. */
  lookAll(): void {
    for (const known of this.#known.values()) this.#settle(known);
    this.#await();
  }

  /** Interfaces without a peer, by name. */
  waiting(): readonly WaitingInterface[] {
    return [...this.#known.values()]
      .filter(({ address }) => !address)
      .map(({ peer, since }) => ({ peer, since, why: this.#finder.neighbourhood(peer.interface).why }))
      .sort((x, y) => (x.peer.interface < y.peer.interface ? -1 : 1));
  }

  /** The speaker's name of the peer behind an interface; undefined: there is none now. */
  nameOf(interfaceName: string): string | undefined {
    const known = this.#known.get(interfaceName);
    return known?.address && numberedName(known.peer, known.address);
  }

  /** Finds nobody any more; the speaker keeps what it has. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#finder.close();
  }

  #settle(known: Known): void {
    const { peer, address } = known;
    const found = this.#finder.neighbourhood(peer.interface);
    if (address && found.address && sameAddress(address, found.address)) return;
    if (address && this.#isNeeded(numberedName(peer, address), address, found)) {
      this.#again();
      return;
    }
    this.#drop(known);
    if (!found.address) return;
    known.address = found.address;
    known.since = this.#clock.wall();
    this.#book.setPeer(numbered(peer, found.address));
  }

  #isNeeded(name: string, address: Address, { address: other, held, isSilent }: Neighbourhood): boolean {
    if (other) return this.#book.isUp(name) && held.some((one) => sameAddress(one, address));
    return isSilent && (this.#book.isUp(name) || this.#book.isKept(name));
  }

  #drop(known: Known): void {
    const { peer, address } = known;
    if (!address) return;
    known.address = undefined;
    known.since = this.#clock.wall();
    // First: when its peers go, the speaker asks itself whether there are others to wait for.
    this.#await();
    this.#book.removePeer(address, peer.interface);
  }

  #again(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(lookAgain, () => this.lookAll());
  }

  /** What the kernel still has of an earlier life stays until those were heard too (or their time is over). */
  #await(): void {
    const families = [...this.#known.values()].flatMap(({ peer, address }) => {
      return address ? [] : (peer.families ?? this.#families);
    });
    this.#book.setAwaited([...new Set(families)].sort());
  }
}
