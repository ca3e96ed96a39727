import type { PolicyDrop, PolicyDropsAnswer } from "../../agent/api/explain.ts";
import { seconds } from "../../lib/unit.ts";
import { CliError } from "../error.ts";
import type { Shell } from "../shell.ts";
import { askPolicy } from "./asked.ts";
import { packetWords } from "./text.ts";

/** What `manxctl trace --live` can be told. */
export interface LiveOptions {
  readonly endpoint?: string;
  readonly once?: string;
  readonly for?: string;
  readonly output?: string;
}

/** How often the agent is asked, seconds. */
const period = 0.5;

/** `manxctl trace --live`: a line for every drop of this node, as JSON with `-o json`; until `--once` or `--for`. @throws CliError */
export async function traceLive(shell: Shell, options: LiveOptions): Promise<number> {
  const most = numberOf(options.once, "once");
  const until = numberOf(options.for, "for");
  const began = shell.clock.now();
  let after: number | undefined;
  let told = 0;
  for (;;) {
    const { endpoint } = options;
    const answer: PolicyDropsAnswer = await askPolicy(shell, {
      do: "policy.drops",
      ...(after !== undefined && { after }),
      ...(endpoint !== undefined && { endpoint }),
    });
    after = answer.next;
    if (answer.missed > 0) shell.complain(`${answer.missed} drops are not told: there were too many at once\n`);
    for (const drop of answer.drops) {
      shell.print(options.output === "json" ? `${JSON.stringify(drop)}\n` : `${dropLine(drop)}\n`);
      told++;
      if (most !== undefined && told >= most) return 0;
    }
    if (until !== undefined && shell.clock.now() - began >= seconds(until)) return 0;
    await pause(shell);
  }
}

function numberOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new CliError(`--${option} ${text}: a number above 0 would be right`);
}

function pause(shell: Shell): Promise<void> {
  return new Promise((resolve) => shell.clock.after(seconds(period), resolve));
}

/** `01:02:03.456  shop/web 10.65.0.1 → shop/db 10.65.0.65  tcp 5432  NetworkPolicy shop/db ingress[0]  cali0web → eth0`. */
export function dropLine(drop: PolicyDrop): string {
  const { at, from, to, source, destination, by, inInterface, outInterface } = drop;
  const ends = `${from ? `${from} ` : ""}${source} → ${to ? `${to} ` : ""}${destination}`;
  const way = [inInterface ?? "node", outInterface ?? "node"].join(" → ");
  return `${at.slice(11, 23)}  ${ends}  ${packetWords(drop)}  ${by}  ${way}`;
}
