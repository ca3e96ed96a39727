import type { Cancel } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress } from "../../net/address-text.ts";
import { hostPrefix } from "../../net/prefix.ts";
import type { Connection, Listener, ListenPeer } from "../wire.ts";
import type { DynamicPeers, PeerConfig, PeerTemplate, SpeakerConfig } from "./config.ts";
import type { SpeakerPorts } from "./speaker.ts";

/** How long after a failure the door is tried again. */
const retrySeconds = 5;

/** Keeps the speaker's waiting socket: opens it, opens it again when it fails, and tells it the peers' keys. */
export class Doorman {
  readonly #config: SpeakerConfig;
  readonly #ports: SpeakerPorts;
  readonly #onAccept: (connection: Connection) => void;
  #peers: readonly ListenPeer[] = [];
  #listener: Listener | undefined;
  #close: Cancel = () => {};

  constructor(config: SpeakerConfig, ports: SpeakerPorts, onAccept: (connection: Connection) => void) {
    this.#config = config;
    this.#ports = ports;
    this.#onAccept = onAccept;
  }

  open(): void {
    const { listen } = this.#config;
    if (!listen) return;
    const options = { port: listen.port, peers: this.#peers, ...(listen.address && { address: listen.address }) };
    this.#close = this.#ports.wire.listen(options, {
      onListening: (listener) => {
        this.#listener = listener;
        listener.protect(this.#peers);
        const { address, port } = listener.local;
        this.#ports.tell({ fact: "bgp.listening", address: formatAddress(address), port });
      },
      onAccept: (connection) => this.#onAccept(connection),
      onFail: (error) => this.#failed(error),
    });
  }

  /** Which keys and TTLs callers must have. */
  protect(peers: readonly PeerConfig[], ranges: readonly DynamicPeers[]): void {
    const known = peers.map((peer) => ({ ...socketOptions(peer), range: hostPrefix(peer.address) }));
    this.#peers = [...known, ...ranges.map((range) => ({ ...socketOptions(range), range: range.range }))];
    this.#listener?.protect(this.#peers);
  }

  close(): void {
    this.#close();
    this.#listener = undefined;
  }

  #failed(error: Error): void {
    this.#listener = undefined;
    this.#ports.tell({ fact: "bgp.listen-failed", why: error.message, retrySeconds });
    this.#close = this.#ports.clock.after(seconds(retrySeconds), () => this.open());
  }
}

function socketOptions(peer: PeerTemplate): Omit<ListenPeer, "range"> {
  return {
    ...(peer.password !== undefined && { password: peer.password }),
    ...(peer.ttlSecurityHops !== undefined && { ttlSecurityHops: peer.ttlSecurityHops }),
    ...(peer.ttl !== undefined && { ttl: peer.ttl }),
  };
}
