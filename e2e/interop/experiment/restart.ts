import assert from "node:assert/strict";
import type { Prober } from "../../lab/prober.ts";
import { addressOf } from "../link.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** One session a family, as the agent makes them. */
const each = ["ipv4", "ipv6"] as const;
const ours = { ipv4: "10.1.0.0/16", ipv6: "fd00:1::/48" } as const;
const theirs = { ipv4: "10.2.0.0/16", ipv6: "fd00:2::/48" } as const;

/** Packets of every flow leave so often, in milliseconds. */
const everyMs = 5;

/** Both sides in turn are killed and come back, while a machine behind each sends to the one behind the other. */
export const restart: Experiment = {
  rows: ["weRestart", "theyRestart"],
  async run(trial) {
    const forwards = trial.kind.lacks["kernel routes"] === undefined;
    const prober = forwards ? await trial.prober() : undefined;
    try {
      await trial.daemon.start(theirPlan(forwards));
      await trial.ours.start(ourSide());
      await settled(trial);
      await trial.row("weRestart", () => watched(trial, prober, () => weRestart(trial)));
      await trial.row("theyRestart", () => watched(trial, prober, () => theyRestart(trial, forwards)));
    } finally {
      prober?.stop();
    }
  },
};

function theirPlan(kernel: boolean): Plan {
  return {
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel,
    routes: each.map((family) => ({ prefix: theirs[family] })),
    neighbours: each.map((family) => ({
      address: addressOf("us", 0, family),
      localAddress: addressOf("them", 0, family),
      asn: asn.us,
      families: [family],
    })),
  };
}

function ourSide(): object {
  return ourConfig({
    kernel: { table: "main" },
    routes: each.map((family) => ({ prefix: ours[family] })),
    peers: each.map((family) => ourPeer(0, { families: [family] }, family)),
  });
}

/** Both sessions are up and both sides have each other's fresh routes. */
async function settled(trial: Trial): Promise<void> {
  for (const family of each) {
    await trial.established(addressOf("them", 0, family), addressOf("us", 0, family));
    await trial.until(`${trial.kind.name} has a fresh ${ours[family]}`, async () => {
      return !trial.can("weRestart") || (await stalenessThere(trial, family)) === "fresh";
    });
    await trial.until(
      `we have a fresh ${theirs[family]}`,
      async () => (await stalenessHere(trial, family)) === "fresh",
    );
    await trial.until(`our kernel has ${theirs[family]}`, () => kernelHas(trial, family));
  }
}

async function weRestart(trial: Trial): Promise<void> {
  await trial.ours.end("SIGKILL");
  for (const family of each) {
    await trial.until(`${ours[family]} is stale there`, async () => {
      const now = await stalenessThere(trial, family);
      assert.notEqual(now, "gone", `${ours[family]} left ${trial.kind.name}`);
      return now === "stale";
    });
    assert.ok(await kernelHas(trial, family), `${theirs[family]} left our kernel`);
  }
  await trial.ours.start(ourSide());
  await settled(trial);
}

async function theyRestart(trial: Trial, forwards: boolean): Promise<void> {
  await trial.daemon.crash();
  for (const family of each) {
    await trial.until(`${theirs[family]} is stale here`, async () => {
      const now = await stalenessHere(trial, family);
      assert.notEqual(now, "gone", `${theirs[family]} left us`);
      return now === "stale";
    });
    assert.ok(await kernelHas(trial, family), `${theirs[family]} left our kernel`);
  }
  await trial.daemon.start(theirPlan(forwards), true);
  await settled(trial);
}

/** Does something while packets flow both ways in both families: none may be lost. Without a prober, routes are enough. */
async function watched(trial: Trial, prober: Prober | undefined, act: () => Promise<void>): Promise<string> {
  if (!prober) {
    await act();
    return "routes kept";
  }
  const flows = ["10.2.0.10", "fd00:2::10"].map((address, id) => ({ id, space: "ourback", address }));
  const back = ["10.1.0.10", "fd00:1::10"].map((address, id) => ({ id: id + 2, space: "theirback", address }));
  const all = [...flows, ...back];
  await trial.until("packets pass", async () => {
    return [...(await prober.once(all, 500)).values()].every(({ ping }) => ping);
  });
  await prober.stream(all, everyMs);
  let seen: Awaited<ReturnType<Prober["halt"]>>;
  try {
    await act();
  } finally {
    seen = await prober.halt(3000);
  }
  for (const [id, { sent, lost }] of seen) assert.ok(sent > 50 && lost === 0, `flow ${id} lost ${lost} of ${sent}`);
  return "no packet lost";
}

type Staleness = "fresh" | "stale" | "gone";

async function stalenessThere(trial: Trial, family: "ipv4" | "ipv6"): Promise<Staleness> {
  const us = addressOf("us", 0, family);
  const paths = (await trial.daemon.paths(ours[family])).filter(({ from }) => from === us);
  if (paths.length === 0) return "gone";
  return paths.some(({ isStale }) => isStale) ? "stale" : "fresh";
}

async function stalenessHere(trial: Trial, family: "ipv4" | "ipv6"): Promise<Staleness> {
  const peer = await trial.ours.peer(addressOf("them", 0, family));
  const { accepted, stale } = peer.families.find((one) => one.family === family)!;
  if (accepted === 0) return "gone";
  return stale > 0 ? "stale" : "fresh";
}

async function kernelHas(trial: Trial, family: "ipv4" | "ipv6"): Promise<boolean> {
  const flag = family === "ipv4" ? "-4" : "-6";
  return (await trial.link.us.run("ip", flag, "route", "show", theirs[family])).includes("via");
}
