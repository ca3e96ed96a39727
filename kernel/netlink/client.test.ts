import assert from "node:assert/strict";
import { errno } from "../errno.ts";
import { NetlinkClient } from "./client.ts";
import {
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
} from "./header.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageWriter } from "./message-writer.ts";
import type { NetlinkListener, OpenNetlink } from "./socket.ts";

/** A kernel of which the test says every answer. */
class Script {
  listener: NetlinkListener | undefined;
  readonly sent: { readonly type: number; readonly flags: number; readonly sequence: number }[] = [];
  closed = false;

  readonly open: OpenNetlink = (_, listener) => {
    this.listener = listener;
    return {
      port: 7,
      send: (octets) => {
        const reader = new MessageReader(octets);
        while (reader.next()) this.sent.push({ type: reader.type, flags: reader.flags, sequence: reader.sequence });
      },
      close: () => {
        this.closed = true;
      },
    };
  };

  /** Answers request number `index` of all that were sent. */
  verdict(index: number, number: number, detail = ""): void {
    const flags = detail === "" ? NLM_F_CAPPED : NLM_F_CAPPED | NLM_F_ACK_TLVS;
    const w = new MessageWriter()
      .begin(NLMSG_ERROR, flags, this.sent[index]!.sequence)
      .u32(-number >>> 0)
      .zeros(16);
    if (detail !== "") w.attrText(NLMSGERR_ATTR_MSG, detail);
    this.listener!.received(w.view());
  }

  part(index: number, value: number, flags = 0): void {
    this.listener!.received(
      new MessageWriter()
        .begin(50, NLM_F_MULTI | flags, this.sent[index]!.sequence)
        .u32(value)
        .view(),
    );
  }

  done(index: number, number = 0, flags = 0): void {
    const w = new MessageWriter().begin(NLMSG_DONE, NLM_F_MULTI | flags, this.sent[index]!.sequence);
    this.listener!.received(w.u32(-number >>> 0).view());
  }
}

/** Lets promises that can go on do so. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("NetlinkClient", () => {
  let script: Script;
  let client: NetlinkClient;
  beforeEach(() => {
    script = new Script();
    client = new NetlinkClient(script.open, { protocol: 0 });
  });
  const batch = (count: number, acknowledge: "last" | "each" = "last") => {
    const open = client.batch(acknowledge);
    for (let i = 0; i < count; i++) open.request(20, 0).u32(i);
    return open.send((index) => `request ${index}`);
  };
  const values = () =>
    client.dump(
      21,
      (w) => w.zeros(4),
      (m) => m.u32(0),
      "dump of values",
    );

  it("asks for an acknowledgement of the last request only", async () => {
    const done = batch(3);
    assert.deepEqual(
      script.sent.map(({ flags }) => flags & NLM_F_ACK),
      [0, 0, NLM_F_ACK],
    );
    script.verdict(2, 0);
    assert.deepEqual(await done, []);
  });

  it("asks for every acknowledgement when told so", () => {
    void batch(2, "each");
    assert.ok(script.sent.every(({ flags }) => (flags & NLM_F_ACK) !== 0));
  });

  it("tells which requests were refused, and in whose words", async () => {
    const done = batch(4);
    script.verdict(1, errno.EEXIST, "RTM_NEWROUTE: already there");
    script.verdict(3, errno.ENODEV);
    const refusals = await done;
    assert.deepEqual(
      refusals.map(({ index, error }) => [index, error.code, error.errno, error.message]),
      [
        [1, "kernel/refused", "EEXIST", "the kernel refused request 1: EEXIST: RTM_NEWROUTE: already there"],
        [3, "kernel/refused", "ENODEV", "the kernel refused request 3: ENODEV"],
      ],
    );
  });

  it("keeps batches that are under way together apart", async () => {
    const first = batch(2);
    const second = batch(2);
    script.verdict(3, 0);
    script.verdict(0, errno.EPERM);
    script.verdict(1, 0);
    assert.deepEqual(
      (await first).map(({ index }) => index),
      [0],
    );
    assert.deepEqual(await second, []);
  });

  it("sends nothing for an empty batch", async () => {
    assert.deepEqual(await batch(0), []);
    assert.equal(script.sent.length, 0);
  });

  it("gathers a dump, and asks again from the start when it changed meanwhile", async () => {
    const dump = values();
    await turn();
    script.part(0, 1);
    script.part(0, 2, NLM_F_DUMP_INTR);
    script.done(0);
    await turn();
    script.part(1, 3);
    script.done(1);
    assert.deepEqual(await dump, [3]);
  });

  it("gives up a dump that never holds still", async () => {
    const failed = assert.rejects(values(), { code: "kernel/interrupted" });
    for (let i = 0; i < 20; i++) {
      await turn();
      script.done(i, 0, NLM_F_DUMP_INTR);
    }
    await failed;
  });

  it("lets one dump end before the next begins, also when the first fails", async () => {
    const first = assert.rejects(values(), { code: "kernel/refused", errno: "ENOENT" });
    const second = values();
    await turn();
    assert.equal(script.sent.length, 1);
    script.done(0, errno.ENOENT);
    await first;
    await turn();
    script.part(1, 5);
    script.done(1);
    assert.deepEqual(await second, [5]);
  });

  it("fails everything under way when answers are lost, and goes on", async () => {
    const failed = assert.rejects(batch(1), { code: "kernel/overrun" });
    script.listener!.overrun();
    await failed;
    const next = batch(1);
    script.verdict(1, 0);
    assert.deepEqual(await next, []);
  });

  it("fails everything under way when an answer does not parse", async () => {
    const failed = assert.rejects(batch(1), { code: "kernel/malformed" });
    script.listener!.received(Uint8Array.of(5, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
    await failed;
  });

  it("rejects what is under way and all that comes when it is closed or the socket breaks", async () => {
    const failed = assert.rejects(batch(1), { code: "kernel/closed" });
    client.close();
    await failed;
    assert.ok(script.closed);
    await assert.rejects(batch(1), { code: "kernel/closed" });
    await assert.rejects(values(), { code: "kernel/closed" });
  });

  it("ignores answers that nobody waits for", async () => {
    const done = batch(1);
    script.sent.push({ type: 0, flags: 0, sequence: 4711 });
    script.verdict(1, errno.EPERM);
    script.verdict(0, 0);
    assert.deepEqual(await done, []);
  });
});
