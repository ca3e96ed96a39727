import { type Client, Metadata } from "@grpc/grpc-js";
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import { type Millis, millis } from "../../../lib/unit.ts";
import { backoff } from "../../backoff.ts";
import { StoreUnavailable } from "../../store.ts";
import type { Channel } from "./channel.ts";
import { isServiceError, storeError, verdictOn, wordsOf } from "./failure.ts";
import { authenticate, call, type Method } from "./rpc.ts";
import type { EtcdSettings } from "./settings.ts";

/** How often a call may be tried: a read as often as time allows, a write only once it can have been sent. */
export type Repeat = "read" | "write";

const defaultTimeout = millis(10_000);
/** How long one endpoint may take to be ready, or one attempt to be answered, before the next is tried. */
const attemptTimeout = 3000;

/** Calls on whichever endpoint answers, with a token where the cluster wants one. */
export class Session {
  readonly #channel: Channel;
  readonly #settings: EtcdSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timeout: Millis;
  #metadata: Promise<Metadata> | undefined;
  #closed = false;

  constructor(channel: Channel, settings: EtcdSettings, clock: Clock, random: Random) {
    this.#channel = channel;
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#timeout = settings.timeout ?? defaultTimeout;
  }

  get channel(): Channel {
    return this.#channel;
  }

  /**
   * Calls a method within the time an operation may take. Reads go on to the next endpoint when one fails; a write is sent
   * once only, because one that got no answer may have happened.
   * @throws StoreUnavailable, StoreRefused
   */
  async call<I, O>(how: Method<I, O>, request: I, repeat: Repeat, operation: string): Promise<O> {
    const until = this.#clock.now() + this.#timeout;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      const client = this.#client(operation);
      try {
        const left = Math.max(1, until - this.#clock.now());
        await this.#ready(client, Math.min(left, attemptTimeout), operation);
        const metadata = await this.metadata(client);
        return await call(client, how, request, metadata, { deadline: this.#clock.wall() + left });
      } catch (error) {
        const verdict = isServiceError(error) ? verdictOn(error) : error instanceof NotReady ? "not-ready" : "broken";
        const failure = storeError(error, operation, this.#channel.endpoint);
        if (verdict === "unauthenticated" && this.#settings.username && !renewed) {
          renewed = true;
          this.forgetToken();
          continue;
        }
        if (verdict === "unavailable" || verdict === "not-ready") this.#channel.failed(client);
        const again = verdict === "not-ready" || (verdict === "unavailable" && repeat === "read");
        const pause = backoff(attempt, this.#random);
        if (!again || this.#closed || this.#clock.now() + pause >= until) throw failure;
        await this.#sleep(pause);
      }
    }
  }

  /** The metadata of a call: the token when there is a user, got when first asked. Rejects with gRPC's error. */
  metadata(client: Client): Promise<Metadata> {
    this.#metadata ??= this.#login(client).catch((error: unknown) => {
      this.#metadata = undefined;
      throw error;
    });
    return this.#metadata;
  }

  /** The token is no longer good; the next call gets a new one. */
  forgetToken(): void {
    this.#metadata = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#channel.close();
  }

  #client(operation: string): Client {
    if (!this.#closed) return this.#channel.client();
    throw new StoreUnavailable("datastore/unavailable", "the store is closed", { operation });
  }

  async #ready(client: Client, within: number, operation: string): Promise<void> {
    if (await this.#channel.ready(client, this.#clock.wall() + within)) return;
    const message = `${operation}: etcd ${this.#channel.endpoint} does not answer`;
    throw new NotReady("datastore/unavailable", message, { operation });
  }

  async #login(client: Client): Promise<Metadata> {
    const metadata = new Metadata();
    const { username, password } = this.#settings;
    if (!username) return metadata;
    const options = { deadline: this.#clock.wall() + attemptTimeout };
    try {
      const answer = await call(client, authenticate, { name: username, password: password ?? "" }, metadata, options);
      metadata.set("token", answer.token);
    } catch (error) {
      // A cluster without authentication takes everybody: the user is simply not needed.
      if (!isServiceError(error) || !wordsOf(error).includes("authentication is not enabled")) throw error;
    }
    return metadata;
  }

  #sleep(span: Millis): Promise<void> {
    return new Promise((resolve) => this.#clock.after(span, resolve));
  }
}

/** No connection stood in time; nothing was sent. */
class NotReady extends StoreUnavailable {
  override name = "StoreUnavailable";
}
