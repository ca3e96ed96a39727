import type { SpeakerConfig } from "../../bgp/speaker/config.ts";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import type { SpeakerStatus } from "../../bgp/speaker/status.ts";
import type { Cancel } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { AgentFact } from "../fact.ts";
import { defaultListenPort } from "../graph/bgp-settings.ts";
import type { NodeGraph, NodeOutput } from "../graph/node-graph.ts";
import type { PlannedPeer, Self } from "../graph/planned.ts";
import { withheldPrefixes } from "../graph/withheld.ts";
import { listenPlaces } from "./listen-places.ts";
import { type PeerContext, peerConfig } from "./peer-config.ts";

/** Next hops of one route: Calico's BIRD has `merge paths on`, which is 16 (BIRD 2 doc, kernel protocol). */
const maxPaths = 16;

/** How long we keep the routes of a peer that is back and has not said End-of-RIB, seconds. */
const stalePathSeconds = 120;

/** What the service works with. */
export interface BgpServiceOptions {
  readonly open: (config: SpeakerConfig) => Speaker;
  readonly tell: Tell<AgentFact>;
  /** Restart time that we announce (RFC 4724). */
  readonly restartSeconds: number;
  /** Port to listen on, absent: the cluster's. */
  readonly port: number | undefined;
  /** Families whose routes of an earlier life were found in the kernel. */
  readonly preserved: readonly Family[];
  /** Routes inside these prefixes are not for the kernel. */
  readonly withhold: (prefixes: readonly Prefix[]) => void;
}

/** The part of us that cannot change under a running speaker. */
function identity(self: Self): string {
  return JSON.stringify([self.asn, self.routerId, self.clusterId, !!self.ipv4, !!self.ipv6]);
}

/**
 * Keeps the node's BGP speaker as the graph wants it: announcements, sessions, filters of pools, where it waits. When who we
 * are changes, the speaker is made anew; the first of all may say that it has restarted and kept forwarding. A session that
 * cannot be begun (its password is missing) is one that the speaker does not know.
 */
export class BgpService {
  readonly #options: BgpServiceOptions;
  #speaker: Speaker | undefined;
  #identity = "";
  /** Names of peers that are workloads, as sessions were last told. */
  #workloads = "";
  #preserved: readonly Family[];
  #graph: NodeGraph | undefined;
  #undrain: Cancel | undefined;
  #isDrained = false;

  constructor(options: BgpServiceOptions) {
    this.#options = options;
    this.#preserved = options.preserved;
  }

  /** Follows a turn of the graph. */
  apply(output: NodeOutput, graph: NodeGraph): void {
    this.#graph = graph;
    const self = graph.self;
    if (this.#isDrained) return;
    if (!self?.ipv4 && !self?.ipv6) {
      this.#stop("the node has no BGP address");
      return;
    }
    const wanted = identity(self);
    if (output.pools) this.#options.withhold(withheldPrefixes(graph.settings, output.pools));
    if (this.#speaker && this.#identity === wanted) this.#follow(this.#speaker, output, graph, self);
    else {
      this.#stop("who we are has changed");
      if (this.#isDrained) return;
      this.#identity = wanted;
      this.#speaker = this.#start(self, graph);
    }
  }

  status(): SpeakerStatus | undefined {
    return this.#speaker?.status();
  }

  get speaker(): Speaker | undefined {
    return this.#speaker;
  }

  /**
   * Tags what is sent with GRACEFUL_SHUTDOWN, and ends the sessions after so many seconds (RFC 8326); `done` is called then. No
   * session comes up afterwards until `resume`. A drain under way begins anew. Answers whether there is a speaker to drain.
   */
  drain(how: { readonly waitSeconds: number; readonly text?: string }, done: () => void): boolean {
    if (!this.#speaker) return false;
    this.#undrain?.();
    this.#undrain = this.#speaker.drain(how, () => {
      this.#isDrained = true;
      this.#gone("drained, as an operator asked");
      done();
    });
    return true;
  }

  /** The sessions were ended by a drain; nobody has resumed. */
  get isDrained(): boolean {
    return this.#isDrained;
  }

  /** Takes a drain back, or opens the sessions again after one. */
  resume(): void {
    this.#undrain?.();
    this.#undrain = undefined;
    if (!this.#isDrained) return;
    this.#isDrained = false;
    const self = this.#graph?.self;
    if (!this.#graph || (!self?.ipv4 && !self?.ipv6)) return;
    this.#identity = identity(self);
    this.#speaker = this.#start(self, this.#graph);
  }

  #gone(why: string): void {
    this.#speaker = undefined;
    this.#undrain = undefined;
    this.#options.tell({ fact: "agent.bgp", state: "off", why });
  }

  /** Closes the connections without NOTIFICATION: peers keep our routes for the restart time (RFC 4724 4.1). */
  closeSilently(): void {
    this.#undrain?.();
    this.#speaker?.close({ kind: "silent" });
    this.#speaker = undefined;
  }

  #start(self: Self, graph: NodeGraph): Speaker {
    const { restartSeconds, open, tell } = this.#options;
    const preserved = this.#preserved;
    this.#preserved = [];
    const clusterId = self.clusterId === undefined ? undefined : parseAddress(self.clusterId)?.a;
    const speaker = open({
      asn: self.asn,
      routerId: parseAddress(self.routerId)!.a,
      ...(clusterId !== undefined && { clusterId }),
      families: ["ipv4", "ipv6"],
      maxPaths,
      ebgpRequiresPolicy: true,
      gracefulRestart: { restartSeconds, stalePathSeconds },
      restart: { restarting: preserved.length > 0, forwardingPreserved: preserved },
    });
    for (const { prefix, interfaceName } of graph.announcements.values()) announce(speaker, prefix, interfaceName);
    const context = this.#context(self, graph);
    this.#workloads = context.workloads.join();
    for (const peer of graph.peers.values()) setPeer(speaker, peer, context);
    speaker.setListen(this.#places(self, graph));
    speaker.start();
    tell({ fact: "agent.bgp", state: "started", why: `AS ${self.asn}, identifier ${self.routerId}` });
    return speaker;
  }

  #follow(speaker: Speaker, output: NodeOutput, graph: NodeGraph, self: Self): void {
    speaker.setListen(this.#places(self, graph));
    for (const change of output.announcements) {
      if (change.kind === "set") announce(speaker, change.value.prefix, change.value.interfaceName);
      else speaker.withdraw(parsePrefix(change.key)!);
    }
    for (const change of output.peers) {
      if (change.kind === "delete") speaker.removePeer(parseAddress(change.key.split(" ")[0]!)!);
    }
    const context = this.#context(self, graph);
    // What may leave, and how, follows from the pools and the settings, for every session.
    const isOther = context.workloads.join() !== this.#workloads;
    this.#workloads = context.workloads.join();
    if (output.pools || isOther) for (const peer of graph.peers.values()) setPeer(speaker, peer, context);
    for (const change of output.peers) if (change.kind === "set") setPeer(speaker, change.value, context);
  }

  #context(self: Self, { pools, settings, peers }: NodeGraph): PeerContext {
    const { restartSeconds } = this.#options;
    const workloads = [...peers.values()].filter(({ workload }) => workload !== undefined);
    const names = workloads.map(({ address }) => formatAddress(address)).sort();
    return { pools, settings, restartSeconds, isReflector: self.clusterId !== undefined, workloads: names };
  }

  #places(self: Self, { settings }: NodeGraph): ReturnType<typeof listenPlaces> {
    return listenPlaces(self, settings, this.#options.port ?? settings.listenPort ?? defaultListenPort);
  }

  #stop(why: string): void {
    if (!this.#speaker) return;
    this.#speaker.close({ kind: "cease", subcode: configurationChange });
    // Who is being drained stays away: its sessions have ended earlier than it wanted, and that is all.
    this.#isDrained = this.#undrain !== undefined;
    this.#undrain?.();
    this.#gone(why);
  }
}

/** Filters may ask for the interface of an address of ours. */
function announce(speaker: Speaker, prefix: Prefix, interfaceName: string | undefined): void {
  speaker.announce(prefix, interfaceName === undefined ? {} : { interface: interfaceName });
}

function setPeer(speaker: Speaker, peer: PlannedPeer, context: PeerContext): void {
  if (peer.problem === "") speaker.setPeer(peerConfig(peer, context));
  else speaker.removePeer(peer.address, peer.zone);
}

/** Cease, Other Configuration Change (RFC 4486). */
const configurationChange = 6;
