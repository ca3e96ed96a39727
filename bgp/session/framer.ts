import { errorCode, headerError, messageType } from "../iana.ts";
import { HEADER_LENGTH, MAX_LENGTH } from "../message/header.ts";
import { type Notification, notification } from "../message/notification.ts";

/**
 * Hears one whole message: type, and where it lies, marker included. The octets are the framer's again when the call
 * returns. Answers whether to go on.
 */
export type Deliver = (type: number, buf: Uint8Array, start: number, end: number) => boolean;

/** Shortest message of each type (RFC 4271 4), by type code; a ROUTE-REFRESH has an answer of its own (RFC 7313 5). */
const shortest: readonly number[] = [HEADER_LENGTH, 29, 23, 21, HEADER_LENGTH, HEADER_LENGTH];

/**
 * Cuts a stream of octets into messages and checks their headers (RFC 4271 6.1). A message that came in one piece is
 * delivered where it lies; one that came in several is put together in a buffer of the framer's own. How the stream was
 * cut on the way makes no difference to what is delivered.
 */
export class Framer {
  /** Longest message accepted; 65535 once both sides said so (RFC 8654 4). OPEN and KEEPALIVE never exceed 4096. */
  limit: number = MAX_LENGTH;
  #carry: Uint8Array = new Uint8Array(0);
  #carried = 0;

  /**
   * Takes the octets from `start` to `end`. The answer, when there is one, is the NOTIFICATION the peer has earned; the
   * framer is of no use afterwards. After `deliver` answered false, the rest is forgotten.
   */
  push(buf: Uint8Array, start: number, end: number, deliver: Deliver): Notification | undefined {
    let at = start;
    while (this.#carried > 0 && at < end) {
      at = this.#fill(HEADER_LENGTH, buf, at, end);
      if (this.#carried < HEADER_LENGTH) return undefined;
      const fault = this.#check(this.#carry, 0);
      if (fault) return fault;
      const length = (this.#carry[16]! << 8) | this.#carry[17]!;
      at = this.#fill(length, buf, at, end);
      if (this.#carried < length) return undefined;
      this.#carried = 0;
      if (!deliver(this.#carry[18]!, this.#carry, 0, length)) return undefined;
    }
    while (end - at >= HEADER_LENGTH) {
      const fault = this.#check(buf, at);
      if (fault) return fault;
      const next = at + ((buf[at + 16]! << 8) | buf[at + 17]!);
      if (next > end) break;
      if (!deliver(buf[at + 18]!, buf, at, next)) return undefined;
      at = next;
    }
    if (at < end) this.#fill(end - at, buf, at, end);
    return undefined;
  }

  /** Brings the carried octets up to `want`, as far as there are some; answers where the rest begins. */
  #fill(want: number, buf: Uint8Array, at: number, end: number): number {
    const take = Math.min(want - this.#carried, end - at);
    if (take <= 0) return at;
    if (this.#carry.length < this.#carried + take) {
      const grown = new Uint8Array(Math.max(this.#carried + take, Math.min(this.limit, MAX_LENGTH)));
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
    }
    this.#carry.set(buf.subarray(at, at + take), this.#carried);
    this.#carried += take;
    return at + take;
  }

  #check(buf: Uint8Array, at: number): Notification | undefined {
    for (let i = at; i < at + 16; i++) {
      if (buf[i] !== 0xff) return notification(errorCode.messageHeader, headerError.notSynchronized);
    }
    const length = (buf[at + 16]! << 8) | buf[at + 17]!;
    const type = buf[at + 18]!;
    const least = shortest[type] ?? HEADER_LENGTH;
    const most = type === messageType.keepalive ? HEADER_LENGTH : type === messageType.open ? MAX_LENGTH : this.limit;
    if (length < least || length > most) {
      return notification(errorCode.messageHeader, headerError.badLength, buf.slice(at + 16, at + 18));
    }
    if (type === 0 || type >= shortest.length) {
      return notification(errorCode.messageHeader, headerError.badType, Uint8Array.of(type));
    }
    return undefined;
  }
}
