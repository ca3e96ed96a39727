import type { LossSeen } from "../driver.ts";
import type { Verdict } from "../expectation.ts";

/** Judges that a stream answered every ping; one verdict for all pairs, naming the worst when some are lost. */
export function judgeLosses(except: readonly string[], seen: readonly LossSeen[]): Verdict[] {
  const counted = seen.filter((pair) => !except.includes(pair.from) && !except.includes(pair.to));
  const sent = counted.reduce((sum, pair) => sum + pair.sent, 0);
  const lossy = counted.filter((pair) => pair.lost > 0).sort((x, y) => y.lost - x.lost);
  const lost = lossy.reduce((sum, pair) => sum + pair.lost, 0);
  const worst = lossy.slice(0, 5).map((p) => `${p.from} → ${p.to} ${p.family} ${p.lost} (gap ${p.longestGapMs} ms)`);
  return [
    {
      what: `${sent} pings in ${counted.length} directions, none lost`,
      held: sent > 0 && lost === 0,
      seen: sent === 0 ? "nothing was sent" : `${lost} lost in ${lossy.length} directions: ${worst.join(", ")}`,
    },
  ];
}
