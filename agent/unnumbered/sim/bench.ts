import type { PeerConfig } from "../../../bgp/speaker/config.ts";
import { peerName } from "../../../bgp/speaker/config.ts";
import type { Neighbourhood } from "../../../kernel/router-discovery/port.ts";
import { SimClock } from "../../../lib/sim/clock.ts";
import { compareAddresses } from "../../../net/address.ts";
import { parseAddress } from "../../../net/address-text.ts";
import type { Family } from "../../../net/family.ts";
import { UnnumberedPeers } from "../peers.ts";

const nobody: Neighbourhood = { address: undefined, held: [], isSilent: false, why: "nothing heard" };

/** Unnumbered peers with neighbours and a speaker that are as they are told to be. */
export class UnnumberedBench {
  readonly clock = new SimClock();
  /** What the speaker has, by name. */
  readonly peers = new Map<string, PeerConfig>();
  /** What the speaker was asked to do, in order. */
  readonly deeds: string[] = [];
  awaited: readonly Family[] = [];
  /** Names of peers whose session is up, and of those whose routes are kept. */
  readonly up = new Set<string>();
  readonly kept = new Set<string>();
  followed: ReadonlySet<string> = new Set();
  isFinderClosed = false;
  readonly unnumbered: UnnumberedPeers;
  readonly #heard = new Map<string, Neighbourhood>();

  constructor() {
    const finder = {
      follow: (names: ReadonlySet<string>): void => {
        this.followed = names;
      },
      neighbourhood: (name: string): Neighbourhood => this.#heard.get(name) ?? nobody,
      close: (): void => {
        this.isFinderClosed = true;
      },
    };
    const book = {
      setPeer: (config: PeerConfig): void => this.#set(config),
      removePeer: (address: PeerConfig["address"], zone: string): void => {
        const name = peerName(address, zone);
        this.deeds.push(`remove ${name} awaiting ${this.awaited.join() || "nobody"}`);
        this.peers.delete(name);
        this.up.delete(name);
      },
      setAwaited: (families: readonly Family[]): void => {
        this.awaited = families;
      },
      isUp: (name: string): boolean => this.up.has(name),
      isKept: (name: string): boolean => this.kept.has(name),
    };
    this.unnumbered = new UnnumberedPeers(finder, book, this.clock, ["ipv4", "ipv6"]);
  }

  /** These are heard on an interface now, the first is used; none: as `silent` says. */
  hear(name: string, addresses: readonly string[], isSilent = false): void {
    const parsed = addresses.map((text) => parseAddress(text)!);
    const [address] = parsed;
    const held = [...parsed].sort(compareAddresses);
    this.#heard.set(name, { address, held, isSilent: !address && isSilent, why: address ? "" : "nothing heard" });
    this.unnumbered.look(name);
  }

  #set(config: PeerConfig): void {
    const name = peerName(config.address, config.zone);
    this.deeds.push(`set ${name}`);
    this.peers.set(name, config);
  }
}
