import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import type { SessionFact } from "../fact.ts";
import type { Notification } from "../message/notification.ts";
import { UpdateScan } from "../message/update-scan.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { PeerSession } from "../session/peer-session.ts";
import type { LocalRestart, SessionConfig } from "../session/session-config.ts";
import type { DownReason, SessionListener } from "../session/session-listener.ts";
import { timerDefaults } from "../session/timers.ts";
import type { SimNetwork } from "./wire.ts";

/** Port of BGP. */
const PORT = 179;

/** The configuration of host `local` (last octet of 10.0.0.x, also its router id) towards host `peer`, with what differs. */
export function labConfig(local: number, peer: number, differing: Partial<SessionConfig> = {}): SessionConfig {
  const address = ipv4(0x0a000000 + peer);
  return {
    name: formatAddress(address),
    dial: { remote: { address, zone: "", port: PORT }, localAddress: ipv4(0x0a000000 + local) },
    passive: false,
    localAsn: 65000,
    routerId: 0x0a000000 + local,
    peerAsn: 65000,
    families: ["ipv4", "ipv6"],
    holdTimeSeconds: timerDefaults.hold,
    minHoldTimeSeconds: 3,
    connectRetrySeconds: timerDefaults.connectRetry,
    delayOpenSeconds: 0,
    sendHoldSeconds: undefined,
    extendedMessage: true,
    extendedNextHop: false,
    role: undefined,
    strictRole: false,
    addPath: { ipv4: { send: false, receive: false }, ipv6: { send: false, receive: false } },
    gracefulRestart: { restartSeconds: timerDefaults.gracefulRestart, stalePathSeconds: timerDefaults.stalePath },
    longLivedStaleSeconds: undefined,
    ...differing,
  };
}

/** What a lab needs of a network. */
export type LabNetwork = Pick<SimNetwork, "clock" | "random" | "host">;

/** What a session told, in the order in which it told it. */
export type Told =
  | { readonly on: "established"; readonly negotiated: Negotiated }
  | { readonly on: "update"; readonly reachable: number; readonly unreachable: number; readonly verdict: string }
  | { readonly on: "end-of-rib" | "long-lived"; readonly family: Family }
  | { readonly on: "refresh"; readonly family: Family; readonly subtype: number }
  | { readonly on: "sweep"; readonly family: Family; readonly why: string }
  | { readonly on: "down"; readonly reason: DownReason }
  | { readonly on: "drain" };

/** One end of a session in memory: a PeerSession on a host of a simulated network, and everything it said. */
export class LabPeer {
  readonly session: PeerSession;
  readonly told: Told[] = [];
  readonly facts: SessionFact[] = [];
  /** What the next OPEN says of our restart. */
  restart: LocalRestart = { restarting: false, forwardingPreserved: [] };
  /** What the next UPDATE is answered with. */
  answer: Notification | undefined;
  /** Called within every UPDATE. */
  onUpdate: () => void = () => {};
  readonly #unlisten: () => void;

  constructor(network: LabNetwork, config: SessionConfig, listens = true) {
    const { clock, random }: { clock: Clock; random: Random } = network;
    const wire = network.host(config.dial.localAddress!);
    const tell = (fact: SessionFact): unknown => this.facts.push(fact);
    const localRestart = (): LocalRestart => this.restart;
    this.session = new PeerSession(
      { config, wire, clock, random, tell, scan: new UpdateScan(), localRestart },
      this.#listener(),
    );
    const onAccept = this.session.accept.bind(this.session);
    const listener = { onAccept, onListening: () => {}, onFail: () => {} };
    const { password } = config.dial;
    const range = { ...config.dial.remote.address, length: 32 };
    const peers = [password === undefined ? { range } : { range, password }];
    this.#unlisten = listens ? wire.listen({ port: PORT, peers }, listener) : () => {};
  }

  /** How often the session came up. */
  get timesUp(): number {
    return this.told.filter(({ on }) => on === "established").length;
  }

  /** The reason of the last time it went down. */
  get lastDown(): DownReason | undefined {
    return this.told.flatMap((one) => (one.on === "down" ? [one.reason] : [])).at(-1);
  }

  /** No longer takes calls. */
  close(): void {
    this.#unlisten();
  }

  #listener(): SessionListener {
    return {
      onEstablished: (negotiated) => this.told.push({ on: "established", negotiated }),
      onUpdate: ({ reachable, unreachable, verdict }) => {
        this.told.push({ on: "update", reachable, unreachable, verdict });
        this.onUpdate();
        return this.answer;
      },
      onEndOfRib: (family) => this.told.push({ on: "end-of-rib", family }),
      onRouteRefresh: (family, subtype) => this.told.push({ on: "refresh", family, subtype }),
      onDrain: () => this.told.push({ on: "drain" }),
      onDown: (reason) => this.told.push({ on: "down", reason }),
      onLongLivedStale: (family) => this.told.push({ on: "long-lived", family }),
      onSweepStale: (family, why) => this.told.push({ on: "sweep", family, why }),
      onStateChange: () => {},
    };
  }
}
