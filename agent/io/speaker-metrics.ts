import { collectDefaultMetrics, Registry } from "prom-client";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { type BgpReading, registerBgpMetrics } from "./bgp-metrics.ts";

/** The page of /metrics of a speaker on its own; every call reads the speaker once. Nothing global is touched. */
export function openSpeakerMetrics(speaker: Pick<Speaker, "status">): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const read = (): BgpReading => ({ status: speaker.status(), now: systemClock.wall() });
  let scraped: BgpReading | undefined;
  registerBgpMetrics(registry, () => scraped ?? read());
  return async () => {
    scraped = read();
    try {
      return await registry.metrics();
    } finally {
      scraped = undefined;
    }
  };
}
