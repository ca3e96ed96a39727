import { invariant } from "../../lib/error.ts";
import { KernelError, refused } from "../error.ts";
import { NETLINK_NETFILTER, NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR } from "../netlink/header.ts";
import { type Message, MessageReader, readError } from "../netlink/message-reader.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import type { NetlinkSocket, OpenNetlink } from "../netlink/socket.ts";
import { beginNfnetlink, NFPROTO_UNSPEC } from "../nfnetlink/header.ts";
import { decodePacket, groupRequests, nflogMessage } from "./message.ts";
import type { NflogListener, NflogOptions, NflogPort } from "./port.ts";

const defaultCopyRange = 128;

/**
 * A log group over nfnetlink. The group belongs to the socket that bound it, so requests and packets share one; packets
 * that come before the last request is answered are told like all others.
 */
export class NetlinkNflog implements NflogPort {
  /** Resolves when the group is bound; rejects when the kernel refuses. */
  readonly bound: Promise<void>;
  readonly #socket: NetlinkSocket;
  readonly #listener: NflogListener;
  readonly #group: number;
  readonly #copyRange: number;
  readonly #requests: number;
  #settle: (error?: KernelError) => void = () => {};
  #expected = 0;
  #closed = false;

  /** @throws KernelError when the socket cannot be opened */
  constructor(open: OpenNetlink, { group, copyRange = defaultCopyRange, ...netns }: NflogOptions, told: NflogListener) {
    invariant(group >= 0 && group <= 0xffff, `log group ${group} is not of 0 to 65535`);
    this.#listener = told;
    this.#group = group;
    this.#copyRange = copyRange;
    this.bound = new Promise((resolve, reject) => {
      this.#settle = (error) => (error ? reject(error) : resolve());
    });
    this.#socket = open(
      { ...netns, protocol: NETLINK_NETFILTER },
      {
        received: (octets) => this.#received(octets),
        // How many is told by the number of the next packet.
        overrun: () => this.#listener.lost(0),
        failed: (error) => this.#fail(error),
      },
    );
    const requests = groupRequests(copyRange);
    this.#requests = requests.length;
    const w = new MessageWriter(256);
    requests.forEach((write, i) => {
      beginNfnetlink(w, nflogMessage.config, NLM_F_REQUEST | NLM_F_ACK, i + 1, NFPROTO_UNSPEC, group);
      write(w);
    });
    this.#send(w.view());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  #send(octets: Uint8Array): void {
    try {
      this.#socket.send(octets);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #received(octets: Uint8Array): void {
    try {
      const reader = new MessageReader(octets);
      while (!this.#closed && reader.next()) this.#one(reader);
    } catch (error) {
      // One message that does not parse hides those behind it in the same datagram.
      if (!(error instanceof KernelError)) throw error;
      this.#listener.lost(0);
    }
  }

  #one(message: Message): void {
    if (message.type === nflogMessage.packet) this.#packet(message);
    else if (message.type === NLMSG_ERROR) this.#verdict(message);
  }

  #verdict(message: Message): void {
    const { errno, detail } = readError(message);
    if (errno !== 0) {
      this.close();
      this.#settle(refused(`binding of log group ${this.#group}`, errno, detail));
    } else if (message.sequence === this.#requests) this.#settle();
  }

  #packet(message: Message): void {
    const { packet, sequence } = decodePacket(message, this.#copyRange);
    if (sequence !== undefined) {
      const missing = (sequence - this.#expected) >>> 0;
      this.#expected = (sequence + 1) >>> 0;
      if (missing > 0 && missing < 2 ** 31) this.#listener.lost(missing);
    }
    this.#listener.packet(packet);
  }

  #fail(error: KernelError): void {
    if (this.#closed) return;
    this.close();
    this.#settle(error);
    this.#listener.failed(error);
  }
}

/** Opens a log group and waits for the kernel's word. @throws KernelError (as a rejection) */
export async function bindGroup(open: OpenNetlink, options: NflogOptions, listener: NflogListener): Promise<NflogPort> {
  const port = new NetlinkNflog(open, options, listener);
  await port.bound;
  return port;
}
