import { formatAddress } from "../../net/address-text.ts";
import { hostPrefix } from "../../net/prefix.ts";
import type { Connection, ListenPeer, ListenPlace } from "../wire.ts";
import type { DynamicPeers, PeerConfig, PeerTemplate } from "./config.ts";
import { Door, type DoorPorts } from "./door.ts";

/** Keeps the speaker's doors: opens and closes them as it is told where to wait, and tells them the peers' keys. */
export class Doorman {
  readonly #ports: DoorPorts;
  readonly #onAccept: (connection: Connection) => void;
  readonly #doors = new Map<string, Door>();
  #places: readonly ListenPlace[];
  #peers: readonly ListenPeer[] = [];
  #isOpen = false;

  constructor(places: readonly ListenPlace[], ports: DoorPorts, onAccept: (connection: Connection) => void) {
    this.#places = places;
    this.#ports = ports;
    this.#onAccept = onAccept;
  }

  open(): void {
    this.#isOpen = true;
    this.#settle();
  }

  /** Callers are to be waited for here and nowhere else; connections that exist stay. */
  setPlaces(places: readonly ListenPlace[]): void {
    this.#places = places;
    if (this.#isOpen) this.#settle();
  }

  /** Which keys and TTLs callers must have. */
  protect(peers: readonly PeerConfig[], ranges: readonly DynamicPeers[]): void {
    const known = peers.map((peer) => ({ ...socketOptions(peer), range: hostPrefix(peer.address) }));
    this.#peers = [...known, ...ranges.map((range) => ({ ...socketOptions(range), range: range.range }))];
    for (const door of this.#doors.values()) door.protect(this.#peers);
  }

  close(): void {
    this.#isOpen = false;
    for (const door of this.#doors.values()) door.close();
    this.#doors.clear();
  }

  /** What is not wanted closes before anything opens: one port cannot be had for one address and for all. */
  #settle(): void {
    const wanted = new Map(this.#places.map((place) => [placeKey(place), place]));
    for (const [key, door] of this.#doors) {
      if (wanted.has(key)) continue;
      door.close();
      this.#doors.delete(key);
    }
    for (const [key, place] of wanted) {
      if (this.#doors.has(key)) continue;
      this.#doors.set(key, new Door(place, this.#peers, this.#ports, this.#onAccept));
    }
  }
}

function placeKey({ address, port }: ListenPlace): string {
  return `${address ? formatAddress(address) : "any"} ${port}`;
}

function socketOptions(peer: PeerTemplate): Omit<ListenPeer, "range"> {
  return {
    ...(peer.password !== undefined && { password: peer.password }),
    ...(peer.ttlSecurityHops !== undefined && { ttlSecurityHops: peer.ttlSecurityHops }),
    ...(peer.ttl !== undefined && { ttl: peer.ttl }),
  };
}
