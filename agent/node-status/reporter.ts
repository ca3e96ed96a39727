import type { CalicoNodeStatus } from "../../datastore/model/calico-node-status.ts";
import { parseResourcePath } from "../../datastore/resource-key.ts";
import type { Entry } from "../../datastore/store.ts";
import { fromStore } from "../../datastore/stored-form.ts";
import { formatTimestamp } from "../../datastore/timestamp.ts";
import type { Change } from "../../lib/change.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { seconds } from "../../lib/unit.ts";
import type { AgentFact } from "../fact.ts";
import type { StatusClass } from "./status.ts";

/** How often a request that does not say is answered: Calico's default. */
const defaultPeriod = 10;

/** Most requests that are answered: each costs a write every period. */
export const mostRequests = 32;

/** What a reporter works with. */
export interface ReporterOptions {
  readonly node: string;
  readonly clock: Clock;
  readonly tell: Tell<AgentFact>;
  /** How things stand now, as far as the classes ask. */
  readonly look: (classes: readonly StatusClass[], now: string) => NonNullable<CalicoNodeStatus["status"]>;
  /** Writes a status at the revision it carries. Fails as `ResourceClient.update` does. */
  readonly write: (resource: CalicoNodeStatus) => Promise<CalicoNodeStatus>;
}

interface Request {
  resource: CalicoNodeStatus;
  timer: Cancel;
  isWriting: boolean;
}

/**
 * Fills every CalicoNodeStatus that is about this node: at once when it comes or its spec changes, then each
 * `updatePeriodSeconds`, and not at all when that is 0. What another writer changes meanwhile is written over with the next.
 */
export class NodeStatusReporter {
  readonly #options: ReporterOptions;
  readonly #requests = new Map<string, Request>();
  #isStopped = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Follows the keys of the store; others than CalicoNodeStatuses are passed over. */
  on(change: Change<string, Entry>): void {
    const key = parseResourcePath(change.key);
    if (key?.kind !== "CalicoNodeStatus") return;
    const decoded = change.kind === "set" ? fromStore(key, change.value) : undefined;
    const value = decoded?.ok && decoded.value.kind === "CalicoNodeStatus" ? decoded.value : undefined;
    if (value?.spec.node !== this.#options.node || value.spec.updatePeriodSeconds === 0) this.#forget(key.name);
    else this.#take(key.name, value);
  }

  stop(): void {
    this.#isStopped = true;
    for (const name of [...this.#requests.keys()]) this.#forget(name);
  }

  /** How many requests are being answered. */
  get size(): number {
    return this.#requests.size;
  }

  #forget(name: string): void {
    this.#requests.get(name)?.timer();
    this.#requests.delete(name);
  }

  #take(name: string, resource: CalicoNodeStatus): void {
    const known = this.#requests.get(name);
    if (known) {
      const isSame = JSON.stringify(known.resource.spec) === JSON.stringify(resource.spec);
      known.resource = resource;
      // Our own answer comes back this way as well.
      if (isSame) return;
      known.timer();
      known.timer = this.#after(name, 0);
      return;
    }
    if (this.#requests.size >= mostRequests) {
      const why = `only ${mostRequests} are answered; delete some`;
      this.#options.tell({ fact: "agent.node-status-failed", name, why });
      return;
    }
    this.#requests.set(name, { resource, timer: this.#after(name, 0), isWriting: false });
  }

  #after(name: string, delay: number): Cancel {
    return this.#options.clock.after(seconds(delay), () => void this.#fill(name));
  }

  async #fill(name: string): Promise<void> {
    const request = this.#requests.get(name);
    if (!request || request.isWriting || this.#isStopped) return;
    const { clock, look, write, tell } = this.#options;
    const { classes = [], updatePeriodSeconds = defaultPeriod } = request.resource.spec;
    const { spec } = request.resource;
    request.isWriting = true;
    try {
      const status = look(classes, formatTimestamp(clock.wall()));
      await write({ ...request.resource, status });
    } catch (error) {
      tell({ fact: "agent.node-status-failed", name, why: error instanceof Error ? error.message : String(error) });
    }
    request.isWriting = false;
    if (this.#requests.get(name) === request) {
      request.timer();
      // Asked for something else meanwhile.
      const isOther = JSON.stringify(request.resource.spec) !== JSON.stringify(spec);
      request.timer = this.#after(name, isOther ? 0 : updatePeriodSeconds);
    }
  }
}
