import { createRequire } from "node:module";
import { KernelError, syscallFailed } from "../error.ts";

declare const watch: unique symbol;

/** A descriptor being watched; opaque. */
export interface Watch {
  readonly [watch]: true;
}

/**
 * The native addon (`kernel/native/`). Every function answers a result ≥ 0 or -errno. `netns` is a descriptor of a
 * network namespace, or -1 for that of the thread that calls: our own.
 */
export interface Addon {
  socket(family: number, type: number, protocol: number, netns: number): number;
  open(path: string, flags: number, netns: number): number;
  bind(fd: number, address: Uint8Array): number;
  connect(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  /** Answers the accepted descriptor; `room` holds at least 128 octets and gets the caller's address. */
  accept(fd: number, room: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  getsockopt(fd: number, level: number, name: number, room: Uint8Array): number;
  /** Writes the socket's own address into `room`, and answers its length. */
  getsockname(fd: number, room: Uint8Array): number;
  /** Attaches a classic BPF program of at most 16 instructions of eight octets. */
  filter(fd: number, instructions: Uint8Array): number;
  send(fd: number, octets: Uint8Array): number;
  /** Drains netlink datagrams; `room` holds at least 64 KiB, an error number is left in `error[0]`. */
  receive(fd: number, room: Uint8Array, error: Int32Array): number;
  /** Sends one datagram to an address, spelled as the kernel's own struct. */
  sendTo(fd: number, octets: Uint8Array, address: Uint8Array): number;
  /** Answers how many datagrams it left in `room`, each in a slot of `size` octets as `kernel/datagram.ts` reads them. */
  receiveMessages(fd: number, room: Uint8Array, size: number): number;
  close(fd: number): number;
  /**
   * Calls back with the ready events (READABLE, WRITABLE) or -errno for as long as the descriptor is ready. A descriptor
   * still watched when its thread ends is closed.
   */
  watch(fd: number, events: number, ready: (eventsOrError: number) => void): Watch | number;
  unwatch(watched: Watch): number;
}

/** Event of `watch`: there is something to read (libuv UV_READABLE). */
export const READABLE = 1;
/** Event of `watch`: there is room to write, or a connection attempt has ended (libuv UV_WRITABLE). */
export const WRITABLE = 2;

let loaded: Addon | undefined;

/** The addon, loaded once. @throws KernelError `kernel/addon` when it was not compiled, saying how to. */
export function addon(): Addon {
  if (loaded) return loaded;
  try {
    loaded = createRequire(import.meta.url)("../native/manx.node") as Addon;
  } catch (cause) {
    throw new KernelError(
      "kernel/addon",
      "the kernel addon cannot be loaded. Compile it with `sh kernel/native/build.sh` (needs a C compiler: apt-get install gcc libc6-dev)",
      { operation: "load kernel/native/manx.node", errno: 0 },
      { cause },
    );
  }
  return loaded;
}

/** The result of an addon call, or the error it answered. @throws KernelError `kernel/syscall` */
export function check(operation: string, result: number): number {
  if (result < 0) throw syscallFailed(operation, -result);
  return result;
}
