import type { DatastoreFact } from "../../datastore/fact.ts";
import { Follower } from "../../datastore/follower.ts";
import { hostsPrefix } from "../../datastore/ipam-key.ts";
import { ResourceClient } from "../../datastore/resource-client.ts";
import { resourcesPrefix } from "../../datastore/resource-key.ts";
import type { Store } from "../../datastore/store.ts";
import { makeUsable } from "../../datastore/virgin.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { seconds } from "../../lib/unit.ts";
import { formatPrefix, type Prefix } from "../../net/prefix.ts";
import type { Environment } from "../config/environment.ts";
import type { AgentFact } from "../fact.ts";
import type { Intake } from "../intake.ts";
import { type HostAddress, ownAddress } from "../registration/own-address.ts";
import { registerNode } from "../registration/register.ts";

/** What the agent's side of the datastore works with. */
export interface DatastoreOptions {
  readonly environment: Environment;
  readonly store: Store;
  readonly tell: Tell<AgentFact | DatastoreFact>;
  readonly intake: Intake;
  /** Something was told, or a state changed. */
  readonly changed: () => void;
  /** Default: the system's. */
  readonly clock?: Clock;
}

const retrySeconds = 5;

/** Follows what this node needs of the datastore and keeps its Node registered; knows whether contact is lost. */
export class Datastore {
  readonly client: ResourceClient;
  readonly #options: DatastoreOptions;
  readonly #followers: readonly Follower[];
  readonly #lost = new Map<string, string>();
  #synced = 0;
  #registered = "";
  readonly #clock: Clock;
  #retry: Cancel = () => {};
  #isStopped = false;

  constructor(options: DatastoreOptions) {
    this.#options = options;
    const { store, intake, environment, changed, clock = systemClock } = options;
    this.#clock = clock;
    this.client = new ResourceClient(store, clock, systemRandom);
    const ports = { clock, random: systemRandom, tell: (fact: DatastoreFact) => this.#hear(fact) };
    const to = {
      changes: (changes: Parameters<Intake["on"]>[0][] | readonly Parameters<Intake["on"]>[0][]) => {
        for (const change of changes) intake.on(change);
        changed();
      },
      inSync: () => {
        this.#synced++;
        changed();
      },
    };
    this.#followers = [resourcesPrefix, `${hostsPrefix}${environment.nodeName}/`].map(
      (prefix) => new Follower(store, prefix, to, ports),
    );
  }

  start(addresses: () => readonly HostAddress[]): void {
    for (const follower of this.#followers) follower.start();
    void this.#register(addresses);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#retry();
    for (const follower of this.#followers) follower.stop();
    await this.#options.store.close();
  }

  /** Everything that was there has been told at least once. */
  get isInSync(): boolean {
    return this.#synced === this.#followers.length;
  }

  /** Why contact is lost, or empty. */
  get lost(): string {
    return [...this.#lost.values()][0] ?? "";
  }

  /** Why our Node is not registered yet, or empty. */
  get unregistered(): string {
    return this.#registered === "yes" ? "" : this.#registered || "not tried yet";
  }

  #hear(fact: DatastoreFact): void {
    this.#options.tell(fact);
    if (fact.fact === "datastore.interrupted" || fact.fact === "datastore.list-failed")
      this.#lost.set(fact.prefix, fact.why);
    else if (fact.fact === "datastore.resumed" || fact.fact === "datastore.listed") this.#lost.delete(fact.prefix);
  }

  async #register(addresses: () => readonly HostAddress[]): Promise<void> {
    const { environment, store, tell } = this.#options;
    try {
      await makeUsable(store, { clock: this.#clock, random: systemRandom }, tell);
      const [ipv4, ipv6] = [own("ipv4", environment.ip, addresses()), own("ipv6", environment.ip6, addresses())];
      const written = await registerNode(this.client, environment.nodeName, { ipv4, ipv6, asn: environment.asn });
      this.#registered = "yes";
      if (written) {
        const text = (prefix: Prefix | undefined): string => (prefix ? formatPrefix(prefix) : "none");
        tell({ fact: "agent.registered", ipv4: text(ipv4), ipv6: text(ipv6), asn: environment.asn ?? 0 });
      }
    } catch (error) {
      if (this.#isStopped) return;
      const why = error instanceof Error ? error.message : String(error);
      this.#registered = why;
      tell({ fact: "agent.registration-failed", why, retrySeconds });
      this.#retry = this.#clock.after(seconds(retrySeconds), () => void this.#register(addresses));
    }
    this.#options.changed();
  }
}

/** @throws Error when the address cannot be told */
function own(
  family: "ipv4" | "ipv6",
  wanted: Prefix | "autodetect" | "none",
  host: readonly HostAddress[],
): Prefix | undefined {
  const found = ownAddress(family, wanted, host);
  if ("problem" in found) throw new Error(found.problem);
  return found.prefix;
}
