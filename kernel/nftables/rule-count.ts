import { commentOf } from "./comment.ts";
import type { Count } from "./expression/counter.ts";
import type { RuleState } from "./port.ts";

/**
 * What the counters of rules stand at, by name. A name that was cut to fit a comment is given whole where it is among `names`,
 * else as the comment has it. Rules without a comment or a counter do not count.
 */
export function countByName(
  rules: ReadonlyMap<string, readonly RuleState[]>,
  names: Iterable<string>,
): ReadonlyMap<string, Count> {
  const whole = new Map<string, string>();
  for (const name of names) whole.set(commentOf(name), name);
  const counts = new Map<string, Count>();
  for (const inChain of rules.values()) {
    for (const { comment, count } of inChain) {
      if (comment === "" || !count) continue;
      const name = whole.get(comment) ?? comment;
      const before = counts.get(name);
      const packets = count.packets + (before?.packets ?? 0);
      counts.set(name, { packets, bytes: count.bytes + (before?.bytes ?? 0) });
    }
  }
  return counts;
}
