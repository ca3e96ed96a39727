import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import { asn, ourConfig } from "../ours-config.ts";
import { holdSeconds } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

const ours = "10.1.0.0/16";
const theirs = "10.2.0.0/16";
const link = "eth0";

/** Both sides know the name of their interface and find each other by router advertisements (RFC 4861). */
export const unnumbered: Experiment = {
  rows: ["unnumbered"],
  async run(trial) {
    await trial.row("unnumbered", () => byInterface(trial));
  },
};

/** A session comes up and packets pass; when the link has been down, both come back. */
async function byInterface(trial: Trial): Promise<string> {
  const neighbour = { address: link, isUnnumbered: true, localAddress: "", families: ["ipv4"] as const };
  for (const host of [trial.link.us, trial.link.them]) {
    await host.run("ip", "-4", "address", "flush", "dev", link);
    await host.run("ip", "-6", "address", "flush", "dev", link, "scope", "global");
  }
  await trial.daemon.start({
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel: true,
    routes: [{ prefix: theirs }],
    neighbours: [{ ...neighbour, asn: asn.us, extendedNextHop: true }],
  });
  const peer = {
    interface: link,
    asn: asn.them,
    families: ["ipv4"],
    holdTimeSeconds: holdSeconds,
    connectRetrySeconds: 1,
  };
  await trial.ours.start(ourConfig({ kernel: { table: "main" }, routes: [{ prefix: ours }], peers: [peer] }));
  await trial.established(link, link);
  const here = await trial.pathHere(theirs, link);
  assert.match(here.nextHop ?? "", /^fe80:/, JSON.stringify(here));
  await trial.until(`${trial.kind.name} has ${ours}`, async () =>
    (await trial.daemon.paths(ours)).some(({ asPath }) => asPath[0] === asn.us),
  );
  const prober = await trial.prober();
  const passes = async (): Promise<boolean> => {
    const flow = { id: 0, space: "ourback", address: "10.2.0.10" };
    return (await prober.once([flow], 500)).get(0)!.ping;
  };
  try {
    await trial.until("packets pass", passes);
    await trial.link.us.run("ip", "link", "set", link, "down");
    await trial.until("our route is gone", async () => (await trial.link.us.run("ip", "route", "show", theirs)) === "");
    await trial.link.us.run("ip", "link", "set", link, "up");
    await trial.until("packets pass again", passes);
  } finally {
    prober.stop();
  }
  return "forwards";
}
