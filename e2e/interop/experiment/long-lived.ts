import assert from "node:assert/strict";
import type { BgpRoute } from "../../../agent/api/bgp.ts";
import { addressOf } from "../link.ts";
import { OurSpeaker } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

const prefix = { ours: "10.1.0.0/16", theirs: "10.2.0.0/16" } as const;

/** Seconds: ordinary graceful restart is over at once, and then routes are kept for this long. */
const [restartSeconds, staleSeconds] = [1, 8];

const llgrStale = "65535:6";

const [us, them, friend] = [addressOf("us", 0), addressOf("them", 0), addressOf("friend", 0)];

/** Both sides in turn are gone for longer than their restart time (RFC 9494). `friend` has a longer way to the same prefix. */
export const longLived: Experiment = {
  rows: ["longLivedOfIts", "longLivedOfOurs"],
  async run(trial) {
    await trial.daemon.start(theirPlan());
    await trial.ours.start(ourSide());
    await new OurSpeaker(trial.link.friend).start(friendSide());
    await trial.established(them, us);
    const offered = new Map((await trial.ours.detail(them)).negotiated).get("long-lived restart");
    await trial.row("longLivedOfOurs", () => weAreGone(trial));
    await trial.row("longLivedOfIts", async () => {
      assert.equal(offered, `ipv4 ${staleSeconds} s`);
      await theyAreGone(trial);
    });
  },
};

function theirPlan(): Plan {
  return {
    asn: asn.them,
    routerId: them,
    kernel: false,
    routes: [{ prefix: prefix.theirs }],
    neighbours: [{ address: us, localAddress: them, asn: asn.us, families: ["ipv4"] }],
    restartSeconds,
    longLivedStaleSeconds: staleSeconds,
  };
}

function ourSide(): object {
  const gracefulRestart = { restartSeconds, stalePathSeconds: 60 };
  return ourConfig({
    gracefulRestart,
    routes: [{ prefix: prefix.ours }],
    peers: [
      ourPeer(0, { families: ["ipv4"], longLivedStaleSeconds: staleSeconds }),
      ourPeer(0, { asn: 65003, families: ["ipv4"] }, "ipv4", "us", "friend"),
    ],
  });
}

function friendSide(): object {
  const term = { name: "longer", verdict: "accept", change: { prepend: 3 } };
  const peer = ourPeer(0, { asn: asn.us, families: ["ipv4"], exportFilter: "longer" }, "ipv4", "friend", "us");
  return ourConfig({
    machine: "friend",
    asn: 65003,
    routes: [{ prefix: prefix.theirs }],
    filters: [{ name: "longer", terms: [term], otherwise: "accept" }],
    peers: [peer],
  });
}

const pathFrom = async (trial: Trial, peer: string): Promise<BgpRoute | undefined> =>
  (await trial.ours.pathsFrom(peer, prefix.theirs))[0];

/** Its route stays as the last choice until its time is over; then it is back and is the first choice again. */
async function theyAreGone(trial: Trial): Promise<void> {
  const isFresh = async (): Promise<boolean> => {
    const path = await pathFrom(trial, them);
    return path?.state === "best" && path.stale === undefined;
  };
  await trial.until("its shorter way is the best", isFresh);
  await trial.pathHere(prefix.theirs, friend);
  await trial.daemon.crash();
  await trial.until("its route is long-lived stale here", async () => {
    const path = await pathFrom(trial, them);
    assert.ok(path, "its route left us");
    return path.stale === "long-lived stale";
  });
  await trial.until("the longer way is the best now", async () => (await pathFrom(trial, friend))?.state === "best");
  assert.notEqual((await pathFrom(trial, them))?.state, "best");
  await trial.until("its route goes when its time is over", async () => !(await pathFrom(trial, them)));
  await trial.daemon.start(theirPlan(), true);
  await trial.until("its shorter way is the best again", isFresh);
}

/** Our route stays there with LLGR_STALE until we are back. */
async function weAreGone(trial: Trial): Promise<void> {
  await trial.pathThere(prefix.ours, us);
  await trial.ours.end("SIGKILL");
  await trial.until("our route is long-lived stale there", async () => {
    assert.ok((await trial.daemon.paths(prefix.ours)).length > 0, "our route left it");
    return trial.daemon.carries(prefix.ours, llgrStale);
  });
  await trial.ours.start(ourSide());
  await trial.established(them, us);
  await trial.until("our route is fresh there", async () => {
    const paths = (await trial.daemon.paths(prefix.ours)).filter(({ from }) => from === us);
    return paths.length > 0 && !paths.some(({ communities }) => communities.includes(llgrStale));
  });
}
