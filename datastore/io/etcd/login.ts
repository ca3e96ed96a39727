import { type Client, Metadata } from "@grpc/grpc-js";
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import { type Millis, millis } from "../../../lib/unit.ts";
import { isServiceError, isWrongPassword, wordsOf } from "./failure.ts";
import { authenticate, call } from "./rpc.ts";
import type { EtcdSettings } from "./settings.ts";

/** How long, in milliseconds, a login may take: etcd hashes passwords slowly on purpose. */
const loginTimeout = 3000;
/** A refused password is tried again after this long, doubling up to the longest, half of it by chance. */
const [firstPause, longestPause] = [5000, 60_000];

/**
 * The token that calls carry where the cluster has users. One login serves all calls; a token that is no longer good is
 * replaced by one login, however many calls found out. A wrong password is refused at once for a while without asking.
 */
export class Login {
  readonly #settings: EtcdSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  #metadata: Promise<Metadata> | undefined;
  #refusals = 0;
  #refusedUntil: Millis = millis(0);

  constructor(settings: EtcdSettings, clock: Clock, random: Random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether there is a user at all. */
  get isNeeded(): boolean {
    return this.#settings.username !== undefined;
  }

  /** The metadata of a call, got by `client` when first asked. Rejects with gRPC's error. */
  metadata(client: Client): Promise<Metadata> {
    if (this.#refusals > 0 && this.#clock.now() >= this.#refusedUntil) this.#metadata = undefined;
    if (this.#metadata) return this.#metadata;
    const asked = this.#ask(client);
    this.#metadata = asked;
    asked.then(
      () => {
        this.#refusals = 0;
      },
      (error: unknown) => {
        if (isWrongPassword(error)) this.#refused();
        else this.forget(asked);
      },
    );
    return asked;
  }

  /** The token is no longer good; only the one that `metadata` gave is forgotten, not a newer one. */
  forget(stale: Promise<Metadata> | undefined): void {
    if (this.#metadata === stale && this.#refusals === 0) this.#metadata = undefined;
  }

  #refused(): void {
    const span = Math.min(longestPause, firstPause * 2 ** Math.min(this.#refusals++, 8));
    this.#refusedUntil = millis(this.#clock.now() + span / 2 + (span / 2) * this.#random());
  }

  async #ask(client: Client): Promise<Metadata> {
    const metadata = new Metadata();
    const { username, password } = this.#settings;
    if (!username) return metadata;
    const options = { deadline: this.#clock.wall() + loginTimeout };
    try {
      const answer = await call(client, authenticate, { name: username, password: password ?? "" }, metadata, options);
      metadata.set("token", answer.token);
    } catch (error) {
      // A cluster without authentication takes everybody: the user is simply not needed.
      if (!isServiceError(error) || !wordsOf(error).includes("authentication is not enabled")) throw error;
    }
    return metadata;
  }
}
