import { ipamPrefix } from "../../datastore/ipam-key.ts";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import type { Store } from "../../datastore/store.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { formatAddress } from "../../net/address-text.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { Allocator } from "../allocator.ts";
import { checkIpam, type Problem } from "../check.ts";
import type { Assigned, AssignRequest } from "../request.ts";
import { InterleavedStore, Interleaver } from "./interleaved-store.ts";
import { simNode } from "./node.ts";

/** A store in memory with any number of agents around it. */
export class Rig {
  readonly clock = new SimClock();
  readonly server = new SimServer(this.clock);
  /** Sees and writes past all faults and orders. */
  readonly store: Store = new SimStore(this.server, this.clock);
  readonly #interleaver: Interleaver;

  constructor(seed = 1) {
    this.#interleaver = new Interleaver(seededRandom(seed));
  }

  /** A client whose operations are counted, take turns and may fail. */
  client(): InterleavedStore {
    return new InterleavedStore(new SimStore(this.server, this.clock), this.#interleaver);
  }

  /** An agent with a client of its own. */
  node(name: string, client: Store = this.client()): Allocator {
    return simNode(name, client, { clock: this.clock });
  }

  /** The paths under `/calico/ipam/v2/`, without that. */
  async paths(): Promise<readonly string[]> {
    return (await this.store.list(ipamPrefix)).entries.map((entry) => entry.key.slice(ipamPrefix.length));
  }

  async problems(): Promise<readonly Problem[]> {
    return checkIpam((await this.store.list(ipamPrefix)).entries);
  }

  /** Writes as a foreign tool does; undefined deletes. */
  async foreign(path: string, value: string | undefined): Promise<void> {
    if (value === undefined) await this.store.commit([], [], [ipamPrefix + path]);
    else await this.store.commit([], [{ key: ipamPrefix + path, value }], []);
  }
}

/** A wish for one IPv4 address, or what is said otherwise. */
export function wish(handle: string, other: Partial<AssignRequest> = {}): AssignRequest {
  return { handle, attributes: { pod: handle }, families: ["ipv4"], ...other };
}

/** The addresses of an answer, as text. */
export function texts(given: readonly Assigned[]): readonly string[] {
  return given.map((one) => formatAddress(one.address));
}

/** A prefix that is known to be one. */
export function cidr(text: string): Prefix {
  return parsePrefix(text)!;
}
