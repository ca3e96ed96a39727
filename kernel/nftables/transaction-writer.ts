import { unreachable } from "../../lib/error.ts";
import { NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_ECHO, NLM_F_REQUEST } from "../netlink/header.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import {
  beginNfnetlink,
  NFNL_BATCH_GENID,
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  NFNL_SUBSYS_NFTABLES,
  NFPROTO_UNSPEC,
} from "../nfnetlink/header.ts";
import { NFTA_CHAIN_NAME, writeHook } from "./chain-message.ts";
import {
  fullList,
  NFTA_SET_ELEM_LIST_ELEMENTS,
  NFTA_SET_ELEM_LIST_SET,
  writeElement,
  writeEntry,
} from "./element-message.ts";
import { familyNumber, message, NFTA_TABLE } from "./message.ts";
import type { Operation } from "./port.ts";
import { NFTA_RULE_CHAIN, NFTA_RULE_HANDLE, NFTA_RULE_POSITION } from "./rule-message.ts";
import { NFTA_SET_NAME, writeMap, writeSet } from "./set-message.ts";
import type { TableId } from "./table.ts";

/** Up to so many new rules the kernel is asked for their handles; the answers to more could overrun the socket. */
const echoedRules = 1024;
const create = NLM_F_REQUEST | NLM_F_CREATE;

/** A transaction's octets and which of its messages came from which operation. */
export interface EncodedTransaction {
  /** Valid until the writer's next transaction. */
  readonly octets: Uint8Array;
  /** Sequence number of BATCH_BEGIN; the operations' messages follow it one by one. */
  readonly first: number;
  /** Sequence number of the message that is acknowledged. */
  readonly last: number;
  /** Operation of the message with sequence number `first + 1 + index`. */
  readonly owners: readonly number[];
}

/** Writes operations on one table as one batch: a single datagram, which the kernel applies as one. */
export class TransactionWriter {
  readonly #w = new MessageWriter(65536);
  readonly #table: TableId;
  #owners: number[] = [];
  #sequence = 0;
  #operation = 0;

  constructor(table: TableId) {
    this.#table = table;
  }

  /** The batch of these operations, of which there is at least one. `first` is its first sequence number. */
  write(operations: readonly Operation[], first: number, generation?: number): EncodedTransaction {
    const w = this.#w.reset();
    this.#owners = [];
    this.#sequence = first;
    const rules = operations.reduce((sum, operation) => sum + (operation.kind === "new rule" ? 1 : 0), 0);
    beginNfnetlink(w, NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, first, NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES);
    if (generation !== undefined) w.attrBe32(NFNL_BATCH_GENID, generation);
    for (const [index, operation] of operations.entries()) {
      this.#operation = index;
      this.#write(operation, rules <= echoedRules ? NLM_F_ECHO : 0);
    }
    w.addFlags(NLM_F_ACK);
    const last = this.#sequence;
    beginNfnetlink(w, NFNL_MSG_BATCH_END, NLM_F_REQUEST, last + 1, NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES);
    return { octets: w.view(), first, last, owners: this.#owners };
  }

  /** Opens a message about something in the table. */
  #begin(type: number, flags = NLM_F_REQUEST): MessageWriter {
    this.#owners.push(this.#operation);
    beginNfnetlink(this.#w, type, flags, ++this.#sequence, familyNumber[this.#table.family]);
    return this.#w.attrText(NFTA_TABLE, this.#table.name);
  }

  #write(operation: Operation, echo: number): void {
    switch (operation.kind) {
      case "new table":
        this.#begin(message.newTable, create);
        break;
      case "delete table":
        this.#begin(message.deleteTable);
        break;
      case "new chain":
        this.#begin(message.newChain, create).attrText(NFTA_CHAIN_NAME, operation.chain);
        if (operation.hook) writeHook(this.#w, operation.hook);
        break;
      case "delete chain":
        this.#begin(message.deleteChain).attrText(NFTA_CHAIN_NAME, operation.chain);
        break;
      case "flush chain":
        this.#begin(message.deleteRule).attrText(NFTA_RULE_CHAIN, operation.chain);
        break;
      case "new rule":
        this.#newRule(operation, echo);
        break;
      case "delete rule":
        this.#begin(message.deleteRule).attrText(NFTA_RULE_CHAIN, operation.chain);
        this.#w.attrBe64(NFTA_RULE_HANDLE, BigInt(operation.handle));
        break;
      case "new set":
        writeSet(
          this.#begin(message.newSet, create).attrText(NFTA_SET_NAME, operation.set.name),
          operation.set,
          this.#id(),
        );
        break;
      case "new map":
        writeMap(this.#begin(message.newSet, create).attrText(NFTA_SET_NAME, operation.map), this.#id());
        break;
      case "delete set":
        this.#begin(message.deleteSet).attrText(NFTA_SET_NAME, operation.set);
        break;
      case "new elements":
      case "delete elements": {
        const { set, keys } = operation;
        this.#list(operation.kind === "new elements", set.name, keys, (key) => writeElement(this.#w, set, key));
        break;
      }
      case "new entries":
        this.#list(true, operation.map, operation.entries, ([name, verdict]) => writeEntry(this.#w, name, verdict));
        break;
      case "delete entries":
        this.#list(false, operation.map, operation.names, (name) => writeEntry(this.#w, name));
        break;
      default:
        unreachable(operation);
    }
  }

  /** Sets need a number that is unique in their transaction; the position is. */
  #id(): number {
    return this.#owners.length;
  }

  #newRule(operation: Extract<Operation, { readonly kind: "new rule" }>, echo: number): void {
    const append = operation.before === undefined ? NLM_F_APPEND : 0;
    const w = this.#begin(message.newRule, create | append | echo).attrText(NFTA_RULE_CHAIN, operation.chain);
    w.bytes(operation.rule.body);
    if (operation.before !== undefined) w.attrBe64(NFTA_RULE_POSITION, BigInt(operation.before));
  }

  /** A list of elements, as many messages as it takes: one nest has room for 64 KiB. */
  #list<T>(add: boolean, set: string, elements: readonly T[], write: (element: T) => void): void {
    for (let next = 0; next < elements.length; ) {
      const w = this.#begin(add ? message.newElement : message.deleteElement, add ? create : NLM_F_REQUEST);
      w.attrText(NFTA_SET_ELEM_LIST_SET, set).nest(NFTA_SET_ELEM_LIST_ELEMENTS, () => {
        const start = w.length;
        while (next < elements.length && w.length - start < fullList) write(elements[next++]!);
      });
    }
  }
}
