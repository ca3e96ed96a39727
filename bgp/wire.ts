import type { Cancel } from "../lib/clock.ts";
import type { Address } from "../net/address.ts";
import type { Prefix } from "../net/prefix.ts";

/** One end of a TCP connection. */
export interface Endpoint {
  readonly address: Address;
  /** Interface name of a link-local address, else empty. */
  readonly zone: string;
  readonly port: number;
}

/** What to ask of the socket beyond TCP itself. A wire that cannot honour one refuses; it never leaves one out. */
export interface SocketOptions {
  /** TCP MD5 signature key (RFC 2385). Never logged. */
  readonly password?: string;
  /** Only packets that came over at most this many hops count, and ours leave with TTL 255 (RFC 5082). */
  readonly ttlSecurityHops?: number;
  /** TTL of what we send; without TTL security. */
  readonly ttl?: number;
  /** The interface, or VRF device, the socket is bound to. */
  readonly device?: string;
}

/** Names of the options of a socket that a wire may lack. */
export type SocketOption = keyof SocketOptions;

/** Whom to call, and from where. */
export interface DialOptions extends SocketOptions {
  readonly remote: Endpoint;
  /** Source address; the system chooses when absent. */
  readonly localAddress?: Address;
}

/** Socket options for the peers of one range, told to a listener. */
export interface ListenPeer extends SocketOptions {
  readonly range: Prefix;
}

/** Where to wait for calls. */
export interface ListenPlace {
  /** All addresses of both families when absent. */
  readonly address?: Address;
  readonly port: number;
}

/** Where and how to wait for calls. */
export interface ListenOptions extends ListenPlace {
  readonly device?: string;
  /** Options by peer, most specific range first. */
  readonly peers?: readonly ListenPeer[];
}

/** Why a connection is no more: the peer closed it, the network or the peer reset it, or we did. */
export type CloseCause = "ended" | "failed" | "local";

/** What happens on a connection. Nothing is told after `onClose`. */
export interface ConnectionListener {
  /** Octets arrived: `start` to `end` of `buf`, which are the wire's again when the call returns. */
  onData(buf: Uint8Array, start: number, end: number): void;
  /** After a `write` that answered false: the kernel has taken everything written. */
  onDrain(): void;
  /** Told once. `why` is for people. */
  onClose(cause: CloseCause, why: string): void;
}

/** An open TCP connection. Callbacks never come from within a call to it. */
export interface Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Octets written that the kernel has not yet taken. */
  readonly queuedBytes: number;
  /** Says who hears what happens; called once, in the turn in which the connection was handed over. */
  listen(listener: ConnectionListener): void;
  /**
   * Sends octets in order; the wire keeps `bytes` until they have left. False, at the latest when 128 KB wait: better to
   * stop until `onDrain`.
   */
  write(bytes: Uint8Array): boolean;
  /** Stops and resumes reading; what arrives meanwhile waits in the kernel. */
  pause(): void;
  resume(): void;
  /**
   * Calls back when everything that had arrived by now has been told; while paused, after `resume`. Not called once the
   * connection is closed.
   */
  afterArrived(then: () => void): void;
  /** Sends what is queued, then FIN, within a bounded time; `onData` ends at once, `onClose("local")` follows. */
  close(): void;
  /** Throws away what is queued and aborts; `onClose("local")` follows. */
  reset(): void;
}

/** How a call went: exactly one of the two, never within `dial` itself. */
export interface DialListener {
  onConnect(connection: Connection): void;
  onFail(error: Error): void;
}

/** A waiting socket. */
export interface Listener {
  /** Where it waits, with the port the system chose when 0 was asked for. */
  readonly local: Endpoint;
  /** Replaces the options by peer; connections that exist keep theirs. */
  protect(peers: readonly ListenPeer[]): void;
  close(): void;
}

/** What happens at a waiting socket. */
export interface ListenListener {
  /** Told once, when calls can come in. */
  onListening(listener: Listener): void;
  onAccept(connection: Connection): void;
  /** It could not be opened, or is no more. */
  onFail(error: Error): void;
}

/**
 * How a speaker reaches its peers: TCP, and the socket options of RFC 2385 and RFC 5082. Callbacks only; everything
 * happens on the caller's thread, one callback at a time.
 */
export interface Wire {
  /** Of the options given, those that this wire cannot honour; `dial` and `listen` with one of them fail. */
  unsupported(options: SocketOptions): readonly SocketOption[];
  /** Calls a peer. The answer is a way to give up: nothing is told afterwards. */
  dial(options: DialOptions, listener: DialListener): Cancel;
  /** Waits for calls. The answer closes the socket, also before it is open. */
  listen(options: ListenOptions, listener: ListenListener): Cancel;
}
