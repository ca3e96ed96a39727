import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import type { Bfd } from "../bfd/port.ts";
import type { BgpFact } from "../fact.ts";
import type { SpeakerConfig } from "../speaker/config.ts";
import type { NextHops, RouteSink, Turns } from "../speaker/ports.ts";
import { Speaker } from "../speaker/speaker.ts";
import type { Wire } from "../wire.ts";
import { NetWire } from "./wire.ts";

/** Turns of the event loop: what waits at the sockets comes first. */
export const loopTurns: Turns = {
  soon: (run) => {
    setImmediate(run);
  },
};

/** What may be given to a speaker on this machine instead of the defaults. */
export interface MachineOptions {
  readonly tell: Tell<BgpFact>;
  /** Default: node:net, which has neither MD5 nor TTL security. */
  readonly wire?: Wire;
  readonly sink?: RouteSink;
  readonly nextHops?: NextHops;
  /** Who watches peers by BFD; absent: nobody. */
  readonly bfd?: Bfd;
}

/** A speaker on this machine's clock, chance and sockets; not yet started. */
export function openSpeaker(config: SpeakerConfig, options: MachineOptions): Speaker {
  const { wire = new NetWire(), ...rest } = options;
  return new Speaker(config, { ...rest, wire, clock: systemClock, random: systemRandom, turns: loopTurns });
}
