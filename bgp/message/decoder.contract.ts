import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Random, seededRandom } from "../../lib/random.ts";
import { Writer } from "../../lib/writer.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import type { ExportTerms } from "../export/export-terms.ts";
import { messagesIn, sendingFlaw } from "../export/sending-rules.contract.ts";
import { messageType } from "../iana.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { Framer } from "../session/framer.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { damaged } from "../sim/damage.ts";
import { goodMessages } from "../sim/good-messages.ts";
import { simTerms } from "../sim/terms.ts";
import { UpdateTrial } from "../sim/update-trial.ts";
import { readNotification } from "./notification.ts";
import { describeNotification } from "./notification-text.ts";
import { readOpen } from "./open.ts";
import { readRouteRefresh } from "./route-refresh.ts";
import { scanUpdate } from "./scan-update.ts";
import { nextHopBytes, writeReach } from "./update.ts";
import { UpdateScan } from "./update-scan.ts";

/** What daemons sent, see the file. */
function captured(): Uint8Array[] {
  const text = readFileSync(new URL("./testdata/rivals.hex", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => Uint8Array.from(Buffer.from(line.slice(line.indexOf(" ") + 1), "hex")));
}

const both = { send: true, receive: true };
const none = { send: false, receive: false };

/** Terms under which the messages are said: each kind of session that there is. */
const terms: readonly Negotiated[] = [
  simTerms(),
  simTerms({ isInternal: true, peerAsn: 65000, fourOctetAs: false, extendedNextHop: true }),
  simTerms({ families: ["ipv4"], addPath: { ipv4: both, ipv6: none } }),
  simTerms({ isInternal: true, peerAsn: 65000, maxMessageLength: 65535, addPath: { ipv4: none, ipv6: both } }),
  simTerms({ families: ["ipv6"], fourOctetAs: false }),
  simTerms({ isInternal: true, peerAsn: 65000 }),
];

/** Those who are told what was accepted. */
const listeners: readonly Partial<ExportTerms>[] = [
  {},
  { isInternal: true, isClient: true, addPath: "all" },
  { fourOctetAs: false, extendedNextHop: true },
  { isInternal: true, fourOctetAs: false, maxMessageLength: 65535, nextHopSelf: true },
];

/** What came of it, for people. */
export interface DecoderFigures {
  readonly messages: number;
  readonly verdicts: { readonly [verdict: string]: number };
  /** UPDATEs packed for others, of what was accepted. */
  readonly exported: number;
  /** Most octets of tables at any time, and what they were when all had left. */
  readonly mostOctets: number;
  readonly emptyOctets: number;
}

/** Half of what is said is said by the peer that most of the good messages are from. */
function sender(random: Random): number {
  return random() < 0.5 ? terms.length - 1 : Math.floor(random() * terms.length);
}

/** Routes stay in the tables for so many messages, then every peer leaves. */
const roundLength = 10_000;

class Damage {
  readonly verdicts: Record<string, number> = {};
  exported = 0;
  mostOctets = 0;
  readonly #trial = new UpdateTrial(terms);
  readonly #heard = new UpdateScan();
  readonly #writer = new Writer(4096);

  constructor() {
    for (const one of listeners) {
      const agreed = heardUnder(one);
      this.#trial.listen(one, (messages) => {
        for (const message of messagesIn(messages)) this.#hear(message, one, agreed);
      });
    }
  }

  /** One message on a fresh stream, in one piece or in two. */
  say(message: Uint8Array, which: number, cut: number): void {
    const framer = new Framer();
    const peer = which % terms.length;
    framer.limit = terms[peer]!.maxMessageLength;
    const deliver = (type: number, buf: Uint8Array, start: number, end: number): boolean => {
      const verdict = type === messageType.update ? this.#update(peer, buf, start, end) : read(type, buf, start, end);
      this.verdicts[verdict] = (this.verdicts[verdict] ?? 0) + 1;
      return verdict !== "reset";
    };
    const middle = Math.min(cut, message.length);
    const fault = framer.push(message, 0, middle, deliver) ?? framer.push(message, middle, message.length, deliver);
    if (!fault) return;
    assert.ok(fault.code === 1 && fault.subcode >= 1 && fault.subcode <= 3 && fault.data.length <= 2);
    this.verdicts["header"] = (this.verdicts["header"] ?? 0) + 1;
  }

  /** Everything said so far is decided, and told. */
  settle(): void {
    this.#trial.settle();
    this.mostOctets = Math.max(this.mostOctets, this.#trial.bytes);
  }

  /** All peers leave: nothing is held any more. How much memory the tables still have. */
  leave(): number {
    for (const i of terms.keys()) this.#trial.leave(i);
    this.#trial.settle();
    assert.deepEqual(this.#trial.held, { paths: 0, prefixes: 0, sets: 0, nextHops: 0 });
    return this.#trial.bytes;
  }

  #update(peer: number, buf: Uint8Array, start: number, end: number): string {
    const trial = this.#trial;
    const verdict = trial.take(peer, buf, start, end);
    assert.ok(["ok", "discard", "withdraw", "reset", "end-of-rib"].includes(verdict), verdict);
    for (const { data, subcode } of trial.faults) {
      assert.ok(data.length + 21 <= end - start && subcode >= 1 && subcode <= 11);
    }
    if (verdict === "reset") trial.leave(peer);
    if (verdict === "reset" || verdict === "end-of-rib") return verdict;
    countAll(trial.scan, buf, end, terms[peer]!);
    const found = verdict !== "withdraw" && trial.scan.reachable > 0 ? trial.decoded(peer) : undefined;
    if (found) this.#again(found, terms[peer]!);
    return verdict;
  }

  /** What was accepted says the same where nothing lies behind it, and after it was written and read again. */
  #again(value: NonNullable<ReturnType<UpdateTrial["decoded"]>>, agreed: Negotiated): void {
    const { block, blockStart, blockEnd } = this.#trial.scan;
    const alone = block.slice(blockStart, blockEnd);
    assert.deepEqual(decodeAttributes(alone, 0, alone.length, agreed).attributes, value);
    const writer = this.#writer.reset();
    const hop = value.mpNextHop;
    const family = hop && nextHopBytes(hop).length === 4 ? "ipv4" : "ipv6";
    if (hop) writeReach(writer, family, hop, new Uint8Array(0));
    encodeAttributes(value, agreed, writer);
    const back = decodeAttributes(writer.view(), 0, writer.length, agreed);
    assert.equal(back.verdict, "ok", back.faults.map(({ why }) => why).join());
    const unknown = value.unknown.map((one) => ({ ...one, flags: one.flags | 0x20 }));
    assert.deepEqual(back.attributes, { ...value, unknown });
  }

  /** Whoever is told hears sound messages only, by the rules for senders. */
  #hear(message: Uint8Array, { maxMessageLength = 4096 }: Partial<ExportTerms>, agreed: Negotiated): void {
    this.exported++;
    assert.equal(sendingFlaw(message), undefined);
    assert.ok(message.length <= maxMessageLength);
    const scan = this.#heard;
    scanUpdate(message, 0, message.length, agreed, scan);
    const said = (): string => scan.faults.map(({ why }) => why).join();
    assert.deepEqual([scan.verdict, scan.faults.length], ["ok", 0], said());
    if (scan.reachable === 0) return;
    const { verdict, faults } = decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, agreed);
    assert.equal(verdict, "ok", faults.map(({ why }) => why).join());
  }
}

function heardUnder({
  isInternal = false,
  fourOctetAs = true,
  extendedNextHop = false,
  addPath,
  maxMessageLength = 4096,
}: Partial<ExportTerms>): Negotiated {
  const paths = addPath === undefined ? none : both;
  return simTerms({
    isInternal,
    fourOctetAs,
    extendedNextHop,
    maxMessageLength,
    addPath: { ipv4: paths, ipv6: paths },
  });
}

/** Every range can be walked, and holds as many prefixes as the scan counted. */
function countAll(scan: UpdateScan, buf: Uint8Array, end: number, { addPath }: Negotiated): void {
  const cursor = new NlriCursor();
  const count = (from: number, to: number, family: "ipv4" | "ipv6" | undefined): number => {
    assert.ok(to <= end);
    if (!family) return 0;
    cursor.start(buf, from, to, family, addPath[family].receive);
    let found = 0;
    while (cursor.next()) found++;
    return found;
  };
  const { nlriStart, nlriEnd, reachStart, reachEnd, reachFamily } = scan;
  assert.equal(count(nlriStart, nlriEnd, "ipv4") + count(reachStart, reachEnd, reachFamily), scan.reachable);
  const { withdrawnStart, withdrawnEnd, unreachStart, unreachEnd, unreachFamily } = scan;
  assert.equal(
    count(withdrawnStart, withdrawnEnd, "ipv4") + count(unreachStart, unreachEnd, unreachFamily),
    scan.unreachable,
  );
}

/** A message of another type, read the way a session does. */
function read(type: number, buf: Uint8Array, start: number, end: number): string {
  if (type === messageType.open) {
    const open = readOpen(buf, start, end);
    if (!("notification" in open)) return "open";
    const { code, data } = open.notification;
    assert.ok(code === 2 && data.length <= end - start);
    return "open refused";
  }
  if (type === messageType.notification) {
    assert.ok(describeNotification(readNotification(buf, start, end)).length < 9000);
    return "notification";
  }
  if (type === messageType.routeRefresh) return readRouteRefresh(buf, start, end) ? "refresh" : "refresh refused";
  return "keepalive";
}

/**
 * Says `count` damaged messages to everything that reads, imports, decides and packs. Throws, naming the message, when a
 * reader does, when something accepted does not come back as it was, or when the tables are not empty after all have left.
 */
export function damagedMessages(seed: number, count: number): DecoderFigures {
  const random = seededRandom(seed);
  const corpus = [...goodMessages(), ...captured()];
  const run = new Damage();
  const emptyOctets: number[] = [];
  for (let i = 0; i < count; i++) {
    const message = damaged(corpus, i % corpus.length, random);
    try {
      run.say(message, sender(random), random() < 0.1 ? Math.floor(random() * 60) : message.length);
      if (i % 100 === 99) run.settle();
      if (i % roundLength === roundLength - 1) emptyOctets.push(run.leave());
    } catch (error) {
      throw new Error(`message ${i} of seed ${seed}: ${Buffer.from(message).toString("hex")}`, { cause: error });
    }
  }
  emptyOctets.push(run.leave());
  // What tables keep when they are empty does not grow with what has been.
  assert.ok(Math.max(...emptyOctets) <= emptyOctets[0]! + (2 << 20), emptyOctets.join());
  const { verdicts, exported, mostOctets } = run;
  return { messages: count, verdicts, exported, mostOctets, emptyOctets: emptyOctets.at(-1)! };
}
