import { KernelError } from "../error.ts";
import { NLA_HDRLEN } from "../netlink/attribute.ts";
import { NLMSG_ERROR, NLMSG_HDRLEN } from "../netlink/header.ts";
import { type Message, MessageReader, readError } from "../netlink/message-reader.ts";
import type { NetlinkOptions, NetlinkSocket, OpenNetlink } from "../netlink/socket.ts";
import { NFGENMSG_LEN } from "../nfnetlink/header.ts";
import { IPSET_ATTR_LINENO } from "./message.ts";

/** The kernel's no to one message of a row. */
export interface MessageRefusal {
  /** Index of the message in the row. */
  readonly message: number;
  readonly errno: number;
  /** The line number of the member that was refused, when the message had members. */
  readonly line: number | undefined;
}

interface UnderWay {
  readonly first: number;
  readonly count: number;
  readonly refusals: MessageRefusal[];
  readonly settle: (refusals: readonly MessageRefusal[]) => void;
  readonly fail: (error: KernelError) => void;
}

/** Octets before the echoed request's attributes in a no: the error number, its netlink header, its nfgenmsg. */
const beforeEcho = 4 + NLMSG_HDRLEN + NFGENMSG_LEN;

/**
 * A socket that sends rows of ipset's messages. It is not a `NetlinkClient` because ipset has a no of its own: it echoes the whole
 * request, in which it has overwritten the line number with that of the member it means.
 */
export class OperationSocket {
  readonly #socket: NetlinkSocket;
  #sequence = 1;
  #underWay: UnderWay | undefined;
  #broken: KernelError | undefined;

  /** @throws KernelError when the socket cannot be opened */
  constructor(open: OpenNetlink, options: NetlinkOptions) {
    this.#socket = open(options, {
      received: (octets) => this.#received(octets),
      overrun: () => this.#fail(lost("the kernel had no room for its answers")),
      failed: (error) => {
        this.#broken = error;
        this.#fail(error);
      },
    });
  }

  /** The sequence number that the first message of the next row bears; those behind it count on. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** Sends a row whose last message asks for an answer. @throws KernelError when answers were lost, or after `close` */
  send(row: Uint8Array, first: number, count: number): Promise<readonly MessageRefusal[]> {
    if (this.#broken) return Promise.reject(this.#broken);
    this.#sequence = first + count > 0x7fff0000 ? 1 : first + count;
    return new Promise((resolve, reject) => {
      this.#underWay = { first, count, refusals: [], settle: resolve, fail: reject };
      try {
        this.#socket.send(row);
      } catch (error) {
        this.#underWay = undefined;
        reject(error);
      }
    });
  }

  /** Gives up the socket; what is under way fails. */
  close(): void {
    this.#broken ??= new KernelError("kernel/closed", "the ipset port is closed", { operation: "close", errno: 0 });
    this.#socket.close();
    this.#fail(this.#broken);
  }

  #fail(error: KernelError): void {
    const underWay = this.#underWay;
    this.#underWay = undefined;
    underWay?.fail(error);
  }

  #received(octets: Uint8Array): void {
    try {
      const reader = new MessageReader(octets);
      while (this.#underWay && reader.next()) this.#dispatch(reader, this.#underWay);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#fail(error);
    }
  }

  #dispatch(m: Message, underWay: UnderWay): void {
    const index = m.sequence - underWay.first;
    if (m.type !== NLMSG_ERROR || index < 0 || index >= underWay.count) return;
    const { errno } = readError(m);
    if (errno !== 0) underWay.refusals.push({ message: index, errno, line: lineOf(m) });
    // The kernel works a row off in order, and the last message is answered whatever becomes of it.
    if (index !== underWay.count - 1) return;
    this.#underWay = undefined;
    underWay.settle(underWay.refusals);
  }
}

/** The line number in the echoed request, or undefined when nothing is echoed (other kinds of no are cut short). */
function lineOf(m: Message): number | undefined {
  if (m.length < beforeEcho + NLA_HDRLEN) return undefined;
  const row = m.attributes(beforeEcho);
  while (row.next()) if (row.type === IPSET_ATTR_LINENO) return row.be32();
  return undefined;
}

function lost(why: string): KernelError {
  return new KernelError("kernel/overrun", `an answer about ipsets was lost: ${why}`, { operation: "ipset", errno: 0 });
}
