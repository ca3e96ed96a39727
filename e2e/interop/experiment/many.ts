import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { OwnRoute, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** Routes of one side. */
const count = 100_000;

/** The least that RFC 4271 allows. */
const holdSeconds = 3;

const [us, them] = [addressOf("us", 0), addressOf("them", 0)];

/** Prefixes of 24 bits from `first` on, which is the first octet of their addresses. */
function prefixes(first: number): OwnRoute[] {
  return Array.from({ length: count }, (_, i) => ({
    prefix: `${first + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}.0/24`,
  }));
}

/** Many routes both ways at once on one session that would end if either side were silent for three seconds. */
export const many: Experiment = {
  rows: ["manySent", "manyReceived"],
  run(trial) {
    const run = last.then(() => play(trial));
    last = run.catch(() => {});
    return run;
  },
};

/** One daemon after the other: it is a hold time that is tried, not a machine with too much to do. */
let last: Promise<unknown> = Promise.resolve();

async function play(trial: Trial): Promise<void> {
  const theySend = trial.can("manyReceived");
  await trial.daemon.start(theirPlan(theySend ? prefixes(60) : []));
  await trial.ours.start(ourSide());
  await trial.established(them, us);
  await trial.row("manySent", async () => {
    await trial.until("it has everything of ours", async () => (await trial.daemon.prefixesFrom!(us)) === count);
    await staysUp(trial);
  });
  await trial.row("manyReceived", async () => {
    await trial.until("we have everything of its", async () => (await received(trial)) === count);
    await staysUp(trial);
  });
}

function theirPlan(routes: readonly OwnRoute[]): Plan {
  const neighbours = [{ address: us, localAddress: them, asn: asn.us, families: ["ipv4"] as const }];
  return { asn: asn.them, routerId: them, kernel: false, routes, neighbours, holdSeconds };
}

function ourSide(): object {
  const peer = ourPeer(0, { families: ["ipv4"], holdTimeSeconds: holdSeconds });
  return ourConfig({ routes: prefixes(20), peers: [peer] });
}

async function received(trial: Trial): Promise<number> {
  return (await trial.ours.peer(them)).families.find(({ family }) => family === "ipv4")!.received;
}

/** Four more KEEPALIVEs either way than with a hold time that has run out; and it is still the first session. */
async function staysUp(trial: Trial): Promise<void> {
  const { in: heard, out: told } = (await trial.ours.detail(them)).messages;
  await trial.until("both say that they are alive", async () => {
    const { messages } = await trial.ours.detail(them);
    return messages.in["keepalive"]! >= heard["keepalive"]! + 4 && messages.out["keepalive"]! >= told["keepalive"]! + 4;
  });
  const { peer, negotiated } = await trial.ours.detail(them);
  assert.match(new Map(negotiated).get("timers") ?? "", new RegExp(`hold ${holdSeconds} s`));
  assert.deepEqual([peer.established, trial.ours.factsOf(them, "bgp.session-down")], [1, []]);
}
