import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import { seconds } from "../../lib/unit.ts";
import { KernelError } from "../error.ts";
import type { LinksListener, LinkWatch, WatchLinks } from "../links.ts";
import type { Sysctls } from "../sysctl.ts";
import type { DiscoveryFact } from "./fact.ts";
import { FollowedInterface } from "./followed-interface.ts";
import { LinkView } from "./link-view.ts";
import type { Neighbourhood, OpenDiscovery } from "./port.ts";

/** What router discovery works with. */
export interface RouterDiscoveryOptions {
  readonly watchLinks: WatchLinks;
  readonly open: OpenDiscovery;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<DiscoveryFact>;
  /** Settings, to warn of those that let the kernel make routes of advertisements. */
  readonly sysctls?: Sysctls;
  /** Path of the network namespace; absent: our own. */
  readonly netns?: string;
}

/** How long to wait before a watch over links that failed is opened again. */
const retrySeconds = 1;

/**
 * Who is at the other end of each of some interfaces, by router discovery (RFC 4861 6). Interfaces are known by name: they
 * may come, go and come back as other links. On those that are followed, and only there, we advertise ourselves.
 */
export class RouterDiscovery {
  readonly #options: RouterDiscoveryOptions;
  readonly #changed: (interfaceName: string) => void;
  readonly #followed = new Map<string, FollowedInterface>();
  #view = new LinkView();
  #isKnown = false;
  #watch: LinkWatch | undefined;
  #cancelUpdate: Cancel = () => {};
  #cancelRetry: Cancel = () => {};
  #isClosed = false;

  /** @param changed the neighbourhood of an interface is another one; never called from within a call of ours */
  constructor(options: RouterDiscoveryOptions, changed: (interfaceName: string) => void) {
    this.#options = options;
    this.#changed = changed;
    this.#open();
  }

  /** These interfaces are to be followed, and no others. */
  follow(names: ReadonlySet<string>): void {
    for (const [name, one] of [...this.#followed]) {
      if (names.has(name)) continue;
      one.close();
      this.#followed.delete(name);
    }
    const { watchLinks: _, ...ports } = this.#options;
    for (const name of names) {
      if (this.#followed.has(name)) continue;
      const options = { ...ports, view: () => this.#view, changed: this.#changed };
      this.#followed.set(name, new FollowedInterface(name, options));
    }
    this.#cancelUpdate();
    this.#cancelUpdate = ports.clock.after(seconds(0), () => this.#update());
  }

  /** Who is there now; of an interface that is not followed nothing is known. */
  neighbourhood(name: string): Neighbourhood {
    const one = this.#followed.get(name);
    if (one) return one.neighbourhood;
    return { address: undefined, held: [], isSilent: false, why: `${name} is not followed` };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelUpdate();
    this.#cancelRetry();
    this.#watch?.close();
    for (const one of this.#followed.values()) one.close();
    this.#followed.clear();
  }

  #update(): void {
    if (this.#isClosed || !this.#isKnown) return;
    for (const one of [...this.#followed.values()]) one.update();
  }

  /** What a new watch tells counts once it has told everything; until then things are as they were. */
  #open(): void {
    if (this.#isClosed) return;
    const { watchLinks, netns } = this.#options;
    const view = new LinkView();
    const listener: LinksListener = {
      link: (change) => {
        view.link(change);
        if (this.#view === view) this.#update();
      },
      address: (change) => {
        if (view.address(change) && this.#view === view) this.#update();
      },
      synced: () => {
        this.#view = view;
        this.#isKnown = true;
        this.#update();
      },
      failed: (error) => this.#failed(error),
    };
    try {
      this.#watch = watchLinks(netns === undefined ? {} : { netns }, listener);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#failed(error);
    }
  }

  #failed(error: KernelError): void {
    this.#options.tell({ fact: "kernel.discovery.failed", interface: "", why: `watch links: ${error.message}` });
    this.#cancelRetry = this.#options.clock.after(seconds(retrySeconds), () => this.#open());
  }
}
