import type { Client, Metadata } from "@grpc/grpc-js";
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import { type Millis, millis } from "../../../lib/unit.ts";
import { backoff } from "../../backoff.ts";
import { StoreUnavailable, StoreUntrusted } from "../../store.ts";
import type { Channel } from "./channel.ts";
import { isServiceError, storeError, verdictOn } from "./failure.ts";
import { Login } from "./login.ts";
import { call, type Method } from "./rpc.ts";
import type { EtcdSettings } from "./settings.ts";
import { tlsTrouble } from "./tls-trouble.ts";

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
  readonly #login: Login;
  #closed = false;

  constructor(channel: Channel, settings: EtcdSettings, clock: Clock, random: Random) {
    this.#channel = channel;
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#timeout = settings.timeout ?? defaultTimeout;
    this.#login = new Login(settings, clock, random);
  }

  get channel(): Channel {
    return this.#channel;
  }

  /** Who logs in. */
  get login(): Login {
    return this.#login;
  }

  /**
   * Calls a method within the time an operation may take. Reads go on to the next endpoint when one fails; a write is sent
   * once only, because one that got no answer may have happened, unless etcd says that it did nothing.
   * @throws StoreUnavailable, StoreUntrusted, StoreRefused
   */
  async call<I, O>(how: Method<I, O>, request: I, repeat: Repeat, operation: string): Promise<O> {
    const until = this.#clock.now() + this.#timeout;
    let renewed = false;
    let untrusted = 0;
    for (let attempt = 0; ; attempt++) {
      const client = this.#client(operation);
      let token: Promise<Metadata> | undefined;
      let sent = false;
      try {
        const left = Math.max(1, until - this.#clock.now());
        await this.ready(client, Math.min(left, attemptTimeout), operation);
        token = this.#login.metadata(client);
        const metadata = await token;
        sent = true;
        const deadline = this.#clock.wall() + Math.max(1, until - this.#clock.now());
        return await call(client, how, request, metadata, { deadline });
      } catch (error) {
        const failure = storeError(error, operation, this.#channel.endpoint, sent && repeat === "write");
        const verdict = isServiceError(error) ? verdictOn(error) : error instanceof StoreUnavailable ? "not-done" : "";
        if (verdict === "unauthenticated" && this.#login.isNeeded && !renewed) {
          renewed = true;
          this.#login.forget(token);
          continue;
        }
        if (verdict === "unavailable" || verdict === "not-done") this.#channel.failed(client);
        // Certificates do not get better within seconds: once round the endpoints is enough.
        if (isAboutCertificates(error) && ++untrusted >= this.#channel.size) throw failure;
        const again = verdict === "not-done" || (verdict === "unavailable" && (repeat === "read" || !sent));
        const pause = backoff(attempt, this.#random);
        if (!again || this.#closed || this.#clock.now() + pause >= until) throw failure;
        await this.#sleep(pause);
      }
    }
  }

  /**
   * Waits until a connection stands; nothing has been sent when none does.
   * @throws StoreUnavailable; StoreUntrusted when it is TLS that fails.
   */
  async ready(client: Client, within: number, operation: string): Promise<void> {
    const now = this.#clock.wall();
    if (await this.#channel.ready(client, now, now + within)) return;
    const { endpoint, url } = this.#channel;
    const trouble =
      url.protocol === "https:" && !this.#closed
        ? await tlsTrouble(url, this.#settings, this.#clock.wall(), attemptTimeout)
        : undefined;
    if (trouble) {
      const message = `${operation}: etcd ${endpoint}: ${trouble.why}`;
      throw new StoreUntrusted(message, { operation, endpoint, ...trouble.facts });
    }
    const message = `${operation}: etcd ${endpoint} does not answer`;
    throw new StoreUnavailable("datastore/unavailable", message, { operation });
  }

  close(): void {
    this.#closed = true;
    this.#channel.close();
  }

  #client(operation: string): Client {
    if (!this.#closed) return this.#channel.client();
    throw new StoreUnavailable("datastore/unavailable", "the store is closed", { operation });
  }

  #sleep(span: Millis): Promise<void> {
    return new Promise((resolve) => this.#clock.after(span, resolve));
  }
}

/** Whether TLS fails for a reason that stays; a handshake that ends too early may have been cut. */
function isAboutCertificates(error: unknown): boolean {
  return error instanceof StoreUntrusted && error.facts.reason !== "no-tls" && error.facts.reason !== "other";
}
