import { invariant } from "../../lib/error.ts";
import { type Address, ipv4 } from "../../net/address.ts";
import { widened } from "./column.ts";

/** Index of the peer that stands for routes born here. */
export const localPeer = 0;

/** Index that stands for no peer at all, where a column has to say so. */
export const noPeer = 0xffff;

/** What decisions need to know of a peer. */
export interface RibPeer {
  readonly name: string;
  readonly address: Address;
  readonly isInternal: boolean;
  /** An iBGP peer whose routes we reflect to everybody (RFC 4456 6). */
  readonly isClient: boolean;
  /** BGP Identifier, host integer. */
  readonly routerId: number;
}

/** Peers that have routes in the RIB ↔ small indexes; 0 is ourselves. At most 65534. */
export class PeerTable {
  #isInternal = new Uint8Array(16);
  #isClient = new Uint8Array(16);
  #routerId = new Uint32Array(16);
  readonly #peers: (RibPeer | undefined)[];
  readonly #free: number[] = [];

  constructor(routerId: number) {
    this.#peers = [{ name: "local", address: ipv4(0), isInternal: true, isClient: false, routerId }];
    this.#routerId[localPeer] = routerId;
  }

  /** 1 for an iBGP peer, by index. */
  get isInternal(): Uint8Array {
    return this.#isInternal;
  }

  /** 1 for a route reflection client, by index. */
  get isClient(): Uint8Array {
    return this.#isClient;
  }

  /** BGP Identifier by index. */
  get routerId(): Uint32Array {
    return this.#routerId;
  }

  /** An index for a peer, until `remove`. */
  add(peer: RibPeer): number {
    const index = this.#free.pop() ?? this.#peers.length;
    invariant(index < noPeer, "more than 65534 peers");
    if (index === this.#isInternal.length) {
      this.#isInternal = widened(this.#isInternal, index * 2);
      this.#isClient = widened(this.#isClient, index * 2);
      this.#routerId = widened(this.#routerId, index * 2);
    }
    this.replace(index, peer);
    return index;
  }

  /** The same peer came up with another router id or kind. */
  replace(index: number, peer: RibPeer): void {
    this.#peers[index] = peer;
    this.#isInternal[index] = Number(peer.isInternal);
    this.#isClient[index] = Number(peer.isClient);
    this.#routerId[index] = peer.routerId;
  }

  /** Gives the index free; no path may carry it any more. */
  remove(index: number): void {
    this.#peers[index] = undefined;
    this.#free.push(index);
  }

  peer(index: number): RibPeer {
    const peer = this.#peers[index];
    invariant(peer, `no peer has index ${index}`);
    return peer;
  }
}
