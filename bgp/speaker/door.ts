import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { BgpFact } from "../fact.ts";
import type { Connection, Listener, ListenPeer, ListenPlace, Wire } from "../wire.ts";

/** How long after a failure a door is tried again. */
const retrySeconds = 5;

/** What a door needs of the world. */
export interface DoorPorts {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly tell: Tell<BgpFact>;
}

/** One waiting socket: opened, opened again when it fails, and told the peers' keys. */
export class Door {
  readonly #place: ListenPlace;
  readonly #ports: DoorPorts;
  readonly #onAccept: (connection: Connection) => void;
  #peers: readonly ListenPeer[];
  #listener: Listener | undefined;
  #close: Cancel = () => {};

  /** Opens it; `peers` say which keys and TTLs callers must have. */
  constructor(
    place: ListenPlace,
    peers: readonly ListenPeer[],
    ports: DoorPorts,
    onAccept: (connection: Connection) => void,
  ) {
    this.#place = place;
    this.#peers = peers;
    this.#ports = ports;
    this.#onAccept = onAccept;
    this.#open();
  }

  /** From now on callers must have these. */
  protect(peers: readonly ListenPeer[]): void {
    this.#peers = peers;
    this.#listener?.protect(peers);
  }

  /** Nobody can call any more; connections that exist stay. */
  close(): void {
    this.#close();
    this.#listener = undefined;
  }

  #open(): void {
    const { address, port } = this.#place;
    const options = { port, peers: this.#peers, ...(address && { address }) };
    this.#close = this.#ports.wire.listen(options, {
      onListening: (listener) => {
        this.#listener = listener;
        listener.protect(this.#peers);
        const { local } = listener;
        this.#ports.tell({ fact: "bgp.listening", address: formatAddress(local.address), port: local.port });
      },
      onAccept: (connection) => this.#onAccept(connection),
      onFail: (error) => this.#failed(error),
    });
  }

  #failed(error: Error): void {
    this.#listener = undefined;
    this.#ports.tell({ fact: "bgp.listen-failed", why: error.message, retrySeconds });
    this.#close = this.#ports.clock.after(seconds(retrySeconds), () => this.#open());
  }
}
