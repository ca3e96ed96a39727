import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import { seconds } from "../../lib/unit.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { errnoName } from "../errno.ts";
import { KernelError } from "../error.ts";
import type { Sysctls } from "../sysctl.ts";
import { takesDefaultRoute } from "./default-route.ts";
import type { DiscoveryFact } from "./fact.ts";
import { LinkDiscovery } from "./link-discovery.ts";
import type { LinkView } from "./link-view.ts";
import type { DiscoverySocket, Neighbourhood, OpenDiscovery } from "./port.ts";

/** What an interface's discovery works with. */
export interface FollowedOptions {
  readonly open: OpenDiscovery;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<DiscoveryFact>;
  readonly netns?: string;
  /** The settings of the interfaces' namespace; absent: nobody asks for them. */
  readonly sysctls?: Sysctls;
  readonly view: () => LinkView;
  /** The neighbourhood is another one. */
  readonly changed: (interfaceName: string) => void;
}

/** How long to wait before a socket that failed is opened again. */
const retrySeconds = 2;
/** Most different reasons for dropping packets that are told while a link is up. */
const mostReasons = 16;

const nobody: Neighbourhood = {
  address: undefined,
  held: [],
  isSilent: false,
  why: "nothing is known of the link yet",
};

/** Discovery on an interface known by name, whatever becomes of the link that has this name. */
export class FollowedInterface {
  readonly #name: string;
  readonly #options: FollowedOptions;
  #ifindex = 0;
  #socket: DiscoverySocket | undefined;
  #discovery: LinkDiscovery | undefined;
  #last: Neighbourhood = nobody;
  #failure = "";
  #reasons = new Set<string>();
  #cancel: Cancel = () => {};

  constructor(name: string, options: FollowedOptions) {
    this.#name = name;
    this.#options = options;
  }

  get neighbourhood(): Neighbourhood {
    return this.#last;
  }

  /** The kernel has told something: opens or closes what is to be open now, and tells what that changes. */
  update(): void {
    const readiness = this.#options.view().readiness(this.#name);
    if (!readiness.isReady) {
      this.#close();
      this.#become({ ...nobody, why: readiness.why });
      return;
    }
    const { ifindex } = readiness.link;
    if (this.#socket && this.#ifindex === ifindex) return;
    this.#close();
    this.#open(ifindex);
    this.#look();
  }

  close(): void {
    this.#close();
  }

  #close(): void {
    this.#cancel();
    this.#discovery?.close();
    this.#socket?.close();
    this.#discovery = undefined;
    this.#socket = undefined;
  }

  #open(ifindex: number): void {
    const { open, clock, random, netns, view } = this.#options;
    const where = { interfaceName: this.#name, ifindex, ...(netns !== undefined && { netns }) };
    this.#ifindex = ifindex;
    this.#reasons = new Set();
    try {
      this.#socket = open(where, {
        received: (arrival) => this.#discovery?.received(arrival),
        failed: (error) => this.#failed(error),
      });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#failed(error);
      return;
    }
    this.#warn();
    this.#discovery = new LinkDiscovery({
      clock,
      random,
      mac: () => view().named(this.#name)?.mac ?? "",
      isOwn: (address) => view().isOwn(ifindex, address),
      send: (octets, to) => this.#send(octets, to),
      dropped: (from, why) => this.#dropped(from, why),
      changed: () => this.#look(),
    });
  }

  /** Says when the kernel takes what the neighbour says of itself for more than we do. */
  #warn(): void {
    const { sysctls, tell } = this.#options;
    const name = this.#name;
    try {
      if (!sysctls || !takesDefaultRoute(sysctls, name)) return;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#fault(error.message);
      return;
    }
    const why = `a router's advertisements on ${name} become default routes of the kernel: sysctl net.ipv6.conf.${name}.accept_ra=0, or forwarding=1`;
    tell({ fact: "kernel.discovery.default-route", interface: name, why });
  }

  #send(octets: Uint8Array, to: Address): void {
    const error = this.#socket?.send(octets, to) ?? 0;
    this.#fault(error === 0 ? "" : `send to ${formatAddress(to)}: ${errnoName(error)}`);
  }

  #failed(error: KernelError): void {
    this.#close();
    this.#fault(error.message);
    this.#become({ ...nobody, isSilent: true, why: error.message });
    this.#cancel = this.#options.clock.after(seconds(retrySeconds), () => this.update());
  }

  /** Tells what does not work, once until it is something else. */
  #fault(why: string): void {
    if (why !== "" && why !== this.#failure) {
      this.#options.tell({ fact: "kernel.discovery.failed", interface: this.#name, why });
    }
    this.#failure = why;
  }

  #dropped(from: string, why: string): void {
    if (this.#reasons.has(why) || this.#reasons.size >= mostReasons) return;
    this.#reasons.add(why);
    this.#options.tell({ fact: "kernel.discovery.dropped", interface: this.#name, from, why });
  }

  #look(): void {
    const discovery = this.#discovery;
    if (!discovery) return;
    const { chosen: address, held, wasHeard } = discovery;
    if (address) {
      this.#become({ address, held, isSilent: false, why: "" });
      return;
    }
    const heard = wasHeard ? "any more" : "yet";
    const why = `no router advertisement heard on ${this.#name} ${heard}: is BGP set up on this interface at the other end?`;
    this.#become({ address, held, isSilent: wasHeard, why });
  }

  #become(now: Neighbourhood): void {
    const before = this.#last;
    this.#last = now;
    if (isSame(before, now)) return;
    const { tell, changed } = this.#options;
    const others = now.held.filter((one) => !now.address || !sameAddress(one, now.address)).map(formatAddress);
    const [was, is] = [textOf(before.address), textOf(now.address)];
    if (is !== "") tell({ fact: "kernel.neighbour.heard", interface: this.#name, address: is, others });
    else if (was !== "") tell({ fact: "kernel.neighbour.gone", interface: this.#name, why: now.why });
    changed(this.#name);
  }
}

const textOf = (address: Address | undefined): string => (address ? formatAddress(address) : "");

function isSame(x: Neighbourhood, y: Neighbourhood): boolean {
  const all = ({ address, held }: Neighbourhood): string => [address, ...held].map(textOf).join(" ");
  return x.isSilent === y.isSilent && x.why === y.why && all(x) === all(y);
}
