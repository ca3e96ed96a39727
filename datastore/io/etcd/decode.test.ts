import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type Entry, StoreRefused } from "../../store.ts";
import { PageReader, readEntries, readPageEnd, readWatchAnswer } from "./decode.ts";
import { RangeResponseSchema, WatchResponseSchema } from "./gen/rpc_pb.js";
import { keyAfter, prefixEnd, prefixRange } from "./prefix-range.ts";
import { WholeRevisions } from "./whole-revisions.ts";

const octets = (text: string) => Buffer.from(text, "utf8");
const entry = fc.record(
  {
    key: fc.string({ unit: "grapheme" }),
    value: fc.string({ unit: "grapheme", maxLength: 300 }),
    revision: fc.maxSafeNat(),
  },
  { noNullPrototype: true },
);
const keyValue = (each: { readonly key: string; readonly value: string; readonly revision: number }) => ({
  key: octets(each.key),
  value: octets(each.value),
  modRevision: BigInt(each.revision),
  createRevision: 7n,
  version: 300n,
  lease: 2n ** 62n,
});

describe("decoding etcd's bulk by hand", () => {
  it("reads a page as the generated codec wrote it", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), fc.maxSafeNat(), fc.boolean(), (entries, revision, more) => {
        const message = create(RangeResponseSchema, {
          header: { revision: BigInt(revision) },
          kvs: entries.map(keyValue),
          more,
          count: 99n,
        });
        const bytes = Buffer.from(toBinary(RangeResponseSchema, message));
        assert.deepEqual(readEntries(bytes), entries);
        const reader = new PageReader(bytes);
        const sliced: Entry[] = [];
        while (reader.read(sliced, 2));
        assert.deepEqual(sliced, entries);
        const end = readPageEnd(bytes);
        assert.deepEqual(
          [end.revision, end.more, end.lastKey?.toString("utf8")],
          [revision, more, entries.at(-1)?.key],
        );
      }),
    );
  });

  it("reads a watch's message as the generated codec wrote it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 5 }), fc.boolean(), (events, fragment) => {
        const message = create(WatchResponseSchema, {
          header: { revision: 5n },
          watchId: -1n,
          fragment,
          cancelReason: "é",
          compactRevision: 3n,
          events: events.map(([each, deleted]) => ({ type: deleted ? 1 : 0, kv: keyValue(each) })),
        });
        const answer = readWatchAnswer(Buffer.from(toBinary(WatchResponseSchema, message)));
        assert.deepEqual(
          answer.events,
          events.map(([{ key, value, revision }, deleted]) =>
            deleted ? { kind: "delete", key, revision } : { kind: "put", key, value, revision },
          ),
        );
        assert.deepEqual([answer.revision, answer.fragment, answer.why, answer.compacted], [5, fragment, "é", 3]);
      }),
    );
  });

  it("takes any octets for a message or refuses them, nothing else", () => {
    const cut = fc.tuple(fc.array(entry, { minLength: 1, maxLength: 3 }), fc.nat(200)).map(([entries, at]) => {
      const message = create(RangeResponseSchema, { header: { revision: 5n }, kvs: entries.map(keyValue) });
      return toBinary(RangeResponseSchema, message).subarray(0, at);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), cut), (bytes) => {
        for (const read of [readEntries, readPageEnd, readWatchAnswer]) {
          try {
            read(Buffer.from(bytes));
          } catch (error) {
            assert(error instanceof StoreRefused, String(error));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("ranges of keys", () => {
  it("end right after the last key with the prefix", () => {
    assert.equal(prefixEnd("/calico/").toString(), "/calico0");
    assert.deepEqual(prefixRange(""), { key: Buffer.from([0]), rangeEnd: Buffer.from([0]) });
    assert.deepEqual(keyAfter(octets("a")), Buffer.from([0x61, 0]));
  });
});

describe("WholeRevisions", () => {
  const put = (revision: number, key = "k") => ({ kind: "put" as const, key, value: "", revision });

  it("holds back the last revision of a fragment until the rest has come", () => {
    const whole = new WholeRevisions();
    assert.deepEqual(whole.add([put(1), put(2, "a")], true), [put(1)]);
    assert.deepEqual(whole.add([put(2, "b")], true), []);
    assert.deepEqual(whole.add([put(2, "c"), put(3)], false), [put(2, "a"), put(2, "b"), put(2, "c"), put(3)]);
    assert.deepEqual(whole.add([put(4)], false), [put(4)]);
  });

  it("forgets what was not whole when the connection is gone", () => {
    const whole = new WholeRevisions();
    whole.add([put(1)], true);
    whole.forget();
    assert.deepEqual(whole.add([put(1), put(2)], false), [put(1), put(2)]);
  });
});
