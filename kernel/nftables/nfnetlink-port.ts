import type { Cancel } from "../../lib/clock.ts";
import { KernelError } from "../error.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_NETFILTER, NLMSG_ERROR } from "../netlink/header.ts";
import { type Message, MessageReader, readError } from "../netlink/message-reader.ts";
import type { NetlinkSocket, OpenNetlink } from "../netlink/socket.ts";
import { NFNLGRP_NFTABLES } from "../nfnetlink/header.ts";
import { familyNumber, message, NFTA_TABLE } from "./message.ts";
import type { Heard, NftablesPort, Operation, Outcome, Refusal, RuleState, TableState } from "./port.ts";
import { readHandle } from "./rule-message.ts";
import type { TableId } from "./table.ts";
import { TableReader } from "./table-reader.ts";
import { type EncodedTransaction, TransactionWriter } from "./transaction-writer.ts";

/** ERESTART: the generation named in BATCH_BEGIN is no longer the kernel's (a number the kernel keeps to itself elsewhere). */
const ERESTART = 85;
const headerOctets = 4;

interface UnderWay {
  readonly sent: EncodedTransaction;
  readonly refusals: Refusal[];
  readonly handles: Map<number, number>;
  readonly settle: (outcome: Outcome) => void;
}

/** Our table in a running kernel, over nfnetlink: one socket commits, one reads, one watches. */
export class NfnetlinkPort implements NftablesPort {
  readonly #open: OpenNetlink;
  readonly #table: TableId;
  readonly #netns: { readonly netns?: string };
  readonly #writer: TransactionWriter;
  readonly #reader: TableReader;
  readonly #client: NetlinkClient;
  readonly #socket: NetlinkSocket;
  readonly #watchers = new Set<NetlinkSocket>();
  #sequence = 1;
  #underWay: UnderWay | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #broken: KernelError | undefined;

  /** The table in the network namespace at the path, or in ours. @throws KernelError when no socket can be had */
  constructor(open: OpenNetlink, table: TableId, netns?: string) {
    this.#open = open;
    this.#table = table;
    this.#netns = netns === undefined ? {} : { netns };
    this.#writer = new TransactionWriter(table);
    const options = { protocol: NETLINK_NETFILTER, ...this.#netns, receiveBuffer: 32 << 20 };
    this.#client = new NetlinkClient(open, options);
    this.#reader = new TableReader(this.#client, table);
    this.#socket = open(options, {
      received: (octets) => this.#received(octets),
      overrun: () => this.#settle({ kind: "unknown" }),
      failed: (error) => {
        this.#broken = error;
        this.#settle({ kind: "unknown" });
      },
    });
  }

  async commit(operations: readonly Operation[], generation?: number): Promise<Outcome> {
    if (operations.length === 0) return { kind: "committed", handles: new Map() };
    while (this.#underWay) await this.#last.catch(() => {});
    const done = this.#send(operations, generation);
    this.#last = done;
    return done;
  }

  dump(): Promise<{ readonly generation: number; readonly table: TableState | undefined }> {
    return this.#reader.dump();
  }

  rules(chain?: string): Promise<ReadonlyMap<string, readonly RuleState[]>> {
    return this.#reader.rules(chain);
  }

  generation(): Promise<number> {
    return this.#reader.generation();
  }

  watch(heard: Heard): Cancel {
    const watcher = this.#open(
      {
        protocol: NETLINK_NETFILTER,
        ...this.#netns,
        groups: [NFNLGRP_NFTABLES],
        ignorePort: this.#socket.port,
        receiveBuffer: 8 << 20,
      },
      {
        received: (octets) => this.#watched(octets, heard),
        overrun: () => heard("lost"),
        failed: () => heard("lost"),
      },
    );
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      watcher.close();
    };
  }

  close(): void {
    this.#broken ??= new KernelError("kernel/closed", "the nftables port is closed", { operation: "close", errno: 0 });
    this.#client.close();
    this.#socket.close();
    for (const watcher of this.#watchers) watcher.close();
    this.#settle({ kind: "unknown" });
  }

  #send(operations: readonly Operation[], generation: number | undefined): Promise<Outcome> {
    if (this.#broken) throw this.#broken;
    const sent = this.#writer.write(operations, this.#sequence, generation);
    this.#sequence = sent.last > 0x7fff0000 ? 1 : sent.last + 2;
    return new Promise<Outcome>((resolve, reject) => {
      this.#underWay = { sent, refusals: [], handles: new Map(), settle: resolve };
      try {
        this.#socket.send(sent.octets);
      } catch (error) {
        this.#underWay = undefined;
        reject(error);
      }
    });
  }

  #settle(outcome: Outcome): void {
    const underWay = this.#underWay;
    this.#underWay = undefined;
    underWay?.settle(outcome);
  }

  #received(octets: Uint8Array): void {
    try {
      const reader = new MessageReader(octets);
      while (this.#underWay && reader.next()) this.#dispatch(reader, this.#underWay);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      // What does not parse may have been the answer.
      this.#settle({ kind: "unknown" });
    }
  }

  #dispatch(m: Message, underWay: UnderWay): void {
    const { first, last, owners } = underWay.sent;
    if (m.sequence < first || m.sequence > last) return;
    const operation = owners[m.sequence - first - 1] ?? -1;
    if (m.type === message.newRule) {
      underWay.handles.set(operation, readHandle(m.attributes(headerOctets)));
      return;
    }
    if (m.type !== NLMSG_ERROR) return;
    const verdict = readError(m);
    if (verdict.errno !== 0) underWay.refusals.push({ operation, ...verdict });
    // An answer to BATCH_BEGIN is about the whole batch, and nothing but echoes of it follows.
    if (operation >= 0 && m.sequence !== last) return;
    if (underWay.refusals.length === 0) this.#settle({ kind: "committed", handles: underWay.handles });
    else if (operation < 0 && verdict.errno === ERESTART) this.#settle({ kind: "stale" });
    else this.#settle({ kind: "refused", refusals: underWay.refusals });
  }

  #watched(octets: Uint8Array, heard: Heard): void {
    try {
      const generation = this.#changeOfOurTable(octets);
      if (generation !== undefined) heard("changed", generation);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      heard("lost");
    }
  }

  /**
   * The generation (nfgenmsg.res_id) that the last of the notifications about our table is of, if any is about it. The commit that
   * caused them has ended when they come.
   */
  #changeOfOurTable(octets: Uint8Array): number | undefined {
    const reader = new MessageReader(octets);
    let generation: number | undefined;
    while (reader.next()) {
      if (reader.type === message.newGeneration || reader.length < headerOctets) continue;
      if (reader.u8(0) !== familyNumber[this.#table.family]) continue;
      const attributes = reader.attributes(headerOctets);
      if (attributes.next() && attributes.type === NFTA_TABLE && attributes.text() === this.#table.name)
        generation = (reader.u8(2) << 8) | reader.u8(3);
    }
    return generation;
  }
}
