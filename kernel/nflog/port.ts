import type { KernelError } from "../error.ts";
import type { LoggedPacket } from "./logged-packet.ts";

/** What a log group tells, from the event loop. */
export interface NflogListener {
  /** A rule logged a packet. */
  packet(packet: LoggedPacket): void;
  /** Packets were logged that will never be told; `count` of them, 0 when the kernel cannot say how many. */
  lost(count: number): void;
  /** The group has ended; open another. */
  failed(error: KernelError): void;
}

/** Which packets are listened to. */
export interface NflogOptions {
  /** Path of a network namespace; absent means our own. */
  readonly netns?: string;
  /** The number in `log group N`, 0 to 65535. One listener a group: a second is refused with EPERM. */
  readonly group: number;
  /** How many octets of each packet are told, at most; default 128: enough for every header we read. */
  readonly copyRange?: number;
}

/** A log group that is listened to. */
export interface NflogPort {
  /** Stops; rules that log to the group go on and nobody hears. */
  close(): void;
}

/**
 * Listens to what rules with `log group N` say. Resolves when the kernel has agreed. The port that `io/` and `sim/`
 * implement. @throws KernelError (as a rejection) `kernel/refused` EPERM when another program has the group
 */
export type OpenNflog = (options: NflogOptions, listener: NflogListener) => Promise<NflogPort>;
