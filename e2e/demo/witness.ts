import type { Family } from "../../net/family.ts";
import type { Action } from "../scenario/action.ts";
import type * as port from "../scenario/driver.ts";
import type { Topology } from "../scenario/topology.ts";

/** A driver that passes everything on and remembers what was seen last, so that it can be shown and not only judged. */
export class Witness implements port.Driver {
  readonly #driver: port.Driver;
  readonly #routes = new Map<string, readonly port.RouteSeen[]>();
  #last: Omit<Sights, "routes"> = { sessions: [], pods: [], claims: [], reach: [], losses: [] };

  constructor(driver: port.Driver) {
    this.#driver = driver;
  }

  /** What was seen last of everything. */
  get sights(): Sights {
    return { ...this.#last, routes: [...this.#routes.values()].flat() };
  }

  raise(topology: Topology): Promise<void> {
    return this.#driver.raise(topology);
  }

  act(action: Action): Promise<void> {
    return this.#driver.act(action);
  }

  async sessions(): Promise<readonly port.SessionSeen[]> {
    return this.#keep("sessions", await this.#driver.sessions());
  }

  async pods(): Promise<readonly port.PodSeen[]> {
    return this.#keep("pods", await this.#driver.pods());
  }

  async routes(at: string, family: Family): Promise<readonly port.RouteSeen[]> {
    const routes = await this.#driver.routes(at, family);
    this.#routes.set(`${at} ${family}`, routes);
    return routes;
  }

  async claims(): Promise<readonly port.ClaimSeen[]> {
    return this.#keep("claims", await this.#driver.claims());
  }

  async reach(): Promise<readonly port.ReachSeen[]> {
    return this.#keep("reach", await this.#driver.reach());
  }

  traces(address: string): Promise<readonly string[]> {
    return this.#driver.traces(address);
  }

  readiness(node: string): Promise<port.ReadinessSeen> {
    return this.#driver.readiness(node);
  }

  async losses(): Promise<readonly port.LossSeen[]> {
    return this.#keep("losses", await this.#driver.losses());
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  #keep<K extends keyof Omit<Sights, "routes">>(what: K, seen: Sights[K]): Sights[K] {
    this.#last = { ...this.#last, [what]: seen };
    return seen;
  }
}

/** The last look at each thing; empty where nobody looked yet. */
export interface Sights {
  readonly sessions: readonly port.SessionSeen[];
  readonly pods: readonly port.PodSeen[];
  readonly claims: readonly port.ClaimSeen[];
  readonly reach: readonly port.ReachSeen[];
  readonly losses: readonly port.LossSeen[];
  readonly routes: readonly port.RouteSeen[];
}
