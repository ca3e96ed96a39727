import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { Writer } from "../../lib/writer.ts";
import { type Address, ipv4 } from "../../net/address.ts";
import type { Prefix } from "../../net/prefix.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { writeUpdate } from "../message/update.ts";
import { UpdateScan } from "../message/update-scan.ts";
import { PeerSession } from "../session/peer-session.ts";
import type { Session } from "../session/session.ts";
import { type CasePeer, type CaseRoute, decidingAsn } from "../sim/decision-cases.ts";
import { type SpeakerConfig, sessionConfig } from "../speaker/config.ts";
import { NetWire } from "./wire.ts";

/** Somebody who announces the same routes, octet by octet, to everyone it speaks with. */
export class CasePeerSessions {
  readonly #sessions: readonly Session[];

  /** Calls each of `deciders` at port 179 from its own address; `onTrouble` hears of every session that falls. */
  constructor(peer: CasePeer, deciders: readonly Address[], onTrouble: (why: string) => void) {
    const local: SpeakerConfig = {
      asn: peer.asn,
      routerId: peer.routerId,
      families: ["ipv4"],
      ebgpRequiresPolicy: false,
      gracefulRestart: undefined,
      restart: { restarting: false, forwardingPreserved: [] },
    };
    const listener = {
      onEstablished() {},
      onUpdate: () => undefined,
      onEndOfRib() {},
      onRouteRefresh() {},
      onDrain() {},
      onDown: ({ why }: { readonly why: string }) => onTrouble(`${peer.name}: ${why}`),
      onSweepStale() {},
      onLongLivedStale() {},
      onStateChange() {},
    };
    this.#sessions = deciders.map((address) => {
      const localAddress = ipv4(0x0a630000 + peer.host);
      const config = sessionConfig(local, { address, asn: decidingAsn, localAddress, connectRetrySeconds: 1 });
      const ports = { wire: new NetWire(), clock: systemClock, random: systemRandom, tell: () => {} };
      const localRestart = (): SpeakerConfig["restart"] => local.restart;
      return new PeerSession({ ...ports, config, scan: new UpdateScan(), localRestart }, listener);
    });
  }

  start(): void {
    for (const session of this.#sessions) session.start();
  }

  get isEstablished(): boolean {
    return this.#sessions.every(({ state }) => state === "Established");
  }

  /** Why it is not. */
  get why(): string {
    return this.#sessions.map(({ name, state, why }) => `${name} ${state} ${why}`).join("; ");
  }

  /** Sends these routes, one UPDATE each, in order. */
  send(routes: readonly Pick<CaseRoute, "prefix" | "attributes">[], isInternal: boolean): void {
    const writer = new Writer(1 << 20);
    for (const { prefix, attributes } of routes) {
      const octets = nlri(prefix);
      if (!attributes) writeUpdate(writer, { withdrawn: octets });
      else {
        const block = new Writer(128);
        encodeAttributes(attributes, { fourOctetAs: true, isInternal }, block);
        writeUpdate(writer, { attributes: block.take(), nlri: octets });
      }
    }
    const bytes = writer.take();
    for (const session of this.#sessions) session.sendBulk(bytes);
  }

  stop(): void {
    for (const session of this.#sessions) session.stop({ kind: "silent" });
  }
}

function nlri({ a, length }: Prefix): Uint8Array {
  const octets = [length, a >>> 24, (a >>> 16) & 255, (a >>> 8) & 255, a & 255];
  return new Uint8Array(octets.slice(0, 1 + Math.ceil(length / 8)));
}
