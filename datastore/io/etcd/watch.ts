import type { Client, ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import type { Cancel, Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import { backoff } from "../../backoff.ts";
import type { Revision, StoreEvent, WatchMessage } from "../../store.ts";
import { readPageEnd, readWatchAnswer, type WatchAnswer } from "./decode.ts";
import { isServiceError, verdictOn, wordsOf } from "./failure.ts";
import { prefixRange } from "./prefix-range.ts";
import { range } from "./rpc.ts";
import type { Session } from "./session.ts";
import { openWatchStream } from "./watch-stream.ts";
import { WholeRevisions } from "./whole-revisions.ts";

/** How long, in milliseconds, one endpoint may take to be ready before the next is tried. */
const connectTimeout = 3000;

/**
 * A watch that survives its connections. It resumes at the last revision told whole, never at a header's revision, because
 * the header of a catch-up batch carries the store's current revision, not the batch's. It asks for that revision once more
 * and drops it: where history was compacted up to the very first revision asked for, older etcds leave out the
 * deletions of that revision and do not say so (etcd issue 18089); asked from one before, they say that history is gone.
 */
export class EtcdWatch {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #prefix: string;
  readonly #tell: (message: WatchMessage) => void;
  readonly #revisions = new WholeRevisions();
  #told: Revision;
  /** The last progress mark. Some etcd (before 3.4.25, 3.5.8) send a mark ahead of its events: the one before is safe. */
  #mark: Revision = 0;
  #client: Client | undefined;
  #token: Promise<Metadata> | undefined;
  #stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  #retry: Cancel | undefined;
  #failures = 0;
  #interrupted = false;
  #ended = false;

  constructor(
    session: Session,
    clock: Clock,
    random: Random,
    scope: { readonly prefix: string; readonly after: Revision },
    tell: (message: WatchMessage) => void,
  ) {
    this.#session = session;
    this.#clock = clock;
    this.#random = random;
    this.#prefix = scope.prefix;
    this.#told = scope.after;
    this.#tell = tell;
    void this.#open();
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#retry?.();
    this.#drop();
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }

  async #open(): Promise<void> {
    const channel = this.#session.channel;
    try {
      const client = channel.client();
      this.#client = client;
      await this.#session.ready(client, connectTimeout, "watch");
      this.#token = this.#session.login.metadata(client);
      const metadata = await this.#token;
      if (this.#ended) return;
      this.#revisions.forget();
      this.#mark = 0;
      const stream = openWatchStream(client, metadata, { ...prefixRange(this.#prefix), from: Math.max(1, this.#told) });
      this.#stream = stream;
      const ours = () => this.#stream === stream;
      stream.on("data", (octets: Buffer) => ours() && this.#hear(octets));
      stream.on("error", (error: unknown) => ours() && this.#lost(error));
      stream.on("end", () => ours() && this.#lost(new Error("etcd ended the watch")));
    } catch (error) {
      if (!this.#ended) this.#lost(error);
    }
  }

  #hear(octets: Buffer): void {
    let answer: WatchAnswer;
    try {
      answer = readWatchAnswer(octets);
    } catch (error) {
      this.#lost(error);
      return;
    }
    if (answer.compacted > 0) this.#end();
    else if (answer.canceled) this.#lost(new Error(answer.why || "etcd cancelled the watch"));
    else if (answer.created) this.#created(answer.revision);
    else if (answer.events.length > 0 || answer.fragment)
      this.#events(this.#revisions.add(answer.events, answer.fragment));
    else this.#progress(answer.revision);
  }

  #created(revision: Revision): void {
    this.#failures = 0;
    if (this.#interrupted) this.#tell({ kind: "resumed" });
    this.#interrupted = false;
    if (revision < this.#told && !this.#ended) void this.#checkHistory();
  }

  /** The member is behind what we know: it lags, or the store was restored from a backup and we know the future. */
  async #checkHistory(): Promise<void> {
    const stream = this.#stream;
    try {
      const snapshot = await this.#session.call(range, { ...prefixRange(this.#prefix), limit: 1n }, "read", "watch");
      if (this.#stream === stream && readRevision(snapshot) < this.#told) this.#end();
    } catch (error) {
      if (this.#stream === stream) this.#lost(error);
    }
  }

  #events(heard: readonly StoreEvent[]): void {
    const events = heard[0] && heard[0].revision > this.#told ? heard : heard.filter((e) => e.revision > this.#told);
    const last = events.at(-1);
    if (!last) return;
    this.#told = last.revision;
    this.#tell({ kind: "events", events });
  }

  #progress(revision: Revision): void {
    if (this.#mark > this.#told) {
      this.#told = this.#mark;
      this.#tell({ kind: "progress", revision: this.#told });
    }
    this.#mark = revision;
  }

  #end(): void {
    this.cancel();
    this.#tell({ kind: "compacted" });
  }

  #lost(error: unknown): void {
    this.#drop();
    if (this.#client) this.#session.channel.failed(this.#client);
    // etcd tells a watch with a token that is no longer good that it has no permission.
    const denied = error instanceof Error && /permission denied|auth token/.test(error.message);
    if (denied || (isServiceError(error) && verdictOn(error) === "unauthenticated"))
      this.#session.login.forget(this.#token);
    const why = isServiceError(error) ? wordsOf(error) : error instanceof Error ? error.message : String(error);
    if (!this.#interrupted) {
      this.#interrupted = true;
      this.#tell({ kind: "interrupted", why });
    }
    if (this.#ended) return;
    this.#retry?.();
    this.#retry = this.#clock.after(backoff(this.#failures++, this.#random), () => void this.#open());
  }
}

function readRevision(octets: Buffer): Revision {
  return readPageEnd(octets).revision;
}
