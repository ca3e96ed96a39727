import assert from "node:assert/strict";
import { NLM_F_ACK, NLM_F_APPEND, NLM_F_ECHO } from "../netlink/header.ts";
import { MessageReader } from "../netlink/message-reader.ts";
import { NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END } from "../nfnetlink/header.ts";
import { elementKey } from "./element.ts";
import { NFTA_SET_ELEM_LIST_ELEMENTS } from "./element-message.ts";
import { encodeRule } from "./encoded-rule.ts";
import { message } from "./message.ts";
import type { Operation } from "./port.ts";
import { manxTable } from "./table.ts";
import { TransactionWriter } from "./transaction-writer.ts";

interface Seen {
  readonly type: number;
  readonly sequence: number;
  readonly flags: number;
}

function messagesOf(octets: Uint8Array): Seen[] {
  const reader = new MessageReader(octets);
  const seen: Seen[] = [];
  while (reader.next()) seen.push({ type: reader.type, sequence: reader.sequence, flags: reader.flags });
  return seen;
}

const rule = (count: number): Operation[] =>
  Array.from({ length: count }, () => ({
    kind: "new rule",
    chain: "c",
    rule: encodeRule("inet", { expressions: [{ kind: "accept" }] }),
  }));

describe("transactions on the wire", () => {
  it("are one batch in which every message has its own number and the last one asks for an answer", () => {
    const writer = new TransactionWriter(manxTable);
    const { octets, first, last, owners } = writer.write([{ kind: "new table" }, { kind: "new chain", chain: "c" }], 7);
    const seen = messagesOf(octets);
    assert.deepEqual(
      seen.map(({ type, sequence }) => [type, sequence]),
      [
        [NFNL_MSG_BATCH_BEGIN, 7],
        [message.newTable, 8],
        [message.newChain, 9],
        [NFNL_MSG_BATCH_END, 10],
      ],
    );
    assert.deepEqual([first, last, owners], [7, 9, [0, 1]]);
    assert.deepEqual(
      seen.map(({ flags }) => (flags & NLM_F_ACK) !== 0),
      [false, false, true, false],
    );
  });

  it("ask for the handles of a few rules, not of a thousand and more", () => {
    const writer = new TransactionWriter(manxTable);
    const echoed = (count: number): number =>
      messagesOf(writer.write(rule(count), 1).octets).filter(({ flags }) => (flags & NLM_F_ECHO) !== 0).length;
    assert.deepEqual([echoed(3), echoed(1024), echoed(1025)], [3, 1024, 0]);
  });

  it("append a rule unless it has to go before another", () => {
    const writer = new TransactionWriter(manxTable);
    const [last] = rule(1);
    const seen = messagesOf(writer.write([last!, { ...last!, before: 9 } as Operation], 1).octets);
    assert.deepEqual(
      seen.slice(1, 3).map(({ flags }) => (flags & NLM_F_APPEND) !== 0),
      [true, false],
    );
  });

  it("split long lists of elements so that no nest outgrows its length field", () => {
    const spec = { name: "s", key: ["ipv6_addr"], interval: true } as const;
    const keys = Array.from({ length: 5000 }, (_, i) => elementKey(spec, `fd00::${i.toString(16)}:0/112`));
    const { octets, owners } = new TransactionWriter(manxTable).write([{ kind: "new elements", set: spec, keys }], 1);
    const reader = new MessageReader(octets);
    let elements = 0;
    let messages = 0;
    while (reader.next()) {
      if (reader.type !== message.newElement) continue;
      messages++;
      const attributes = reader.attributes(4);
      while (attributes.next()) {
        if (attributes.type !== NFTA_SET_ELEM_LIST_ELEMENTS) continue;
        const list = attributes.nested();
        while (list.next()) elements++;
      }
    }
    assert.equal(elements, 10_000, "a start and an end each");
    assert.ok(messages > 1);
    assert.deepEqual(owners, new Array(messages).fill(0));
  });
});
