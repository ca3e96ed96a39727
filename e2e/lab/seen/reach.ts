import type { ReachSeen } from "../../scenario/driver.ts";
import type { Direction } from "../flows.ts";
import type { Tried } from "../prober.ts";

/** What one round of tries showed, each probe of each direction by itself. */
export function reachOf(all: readonly Direction[], tried: ReadonlyMap<number, Tried>): ReachSeen[] {
  return all.flatMap(({ id, from, to, family }) => {
    const { ping, pingSource, tcp, tcpSource } = tried.get(id)!;
    const who = { from: from.name, to: to.name, family };
    const own = from.addresses[family];
    return [
      { ...who, probe: "ping", passed: ping, sourceKept: pingSource === own, source: pingSource },
      { ...who, probe: "tcp", passed: tcp, sourceKept: tcpSource === own, source: tcpSource },
    ] as const;
  });
}
