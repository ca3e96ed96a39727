import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

const ours = "10.1.0.0/16";
const theirs = "10.2.0.0/16";

/** Subnet of the session over IPv6 that carries only IPv4, and of the one that BFD watches. */
const net = { six: 0, watched: 1 } as const;

/** What needs more of the machine than TCP: IPv4 forwarded by IPv6 next hops, and BFD. */
export const forwarding: Experiment = {
  rows: ["extendedNextHop", "bfd"],
  async run(trial) {
    await trial.daemon.start(theirPlan(trial));
    await trial.ours.start(ourSide(trial));
    await trial.row("extendedNextHop", () => extendedNextHop(trial));
    await trial.row("bfd", () => bfd(trial));
  },
};

function theirPlan(trial: Trial): Plan {
  const six = { address: addressOf("us", net.six, "ipv6"), localAddress: addressOf("them", net.six, "ipv6") };
  const watched = { address: addressOf("us", net.watched), localAddress: addressOf("them", net.watched) };
  const both = { asn: asn.us, families: ["ipv4"] as const };
  return {
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel: trial.kind.lacks["kernel routes"] === undefined,
    routes: [{ prefix: theirs }],
    neighbours: [
      ...(trial.can("extendedNextHop") ? [{ ...six, ...both, extendedNextHop: true }] : []),
      ...(trial.can("bfd") ? [{ ...watched, ...both, bfd: true }] : []),
    ],
  };
}

function ourSide(trial: Trial): object {
  const six = { families: ["ipv4"], extendedNextHop: true };
  const watched = { families: ["ipv4"], bfd: { minTxMs: 100, minRxMs: 100, multiplier: 3 } };
  return ourConfig({
    kernel: { table: "main" },
    routes: [{ prefix: ours }],
    peers: [
      ...(trial.can("extendedNextHop") ? [ourPeer(net.six, six, "ipv6")] : []),
      ...(trial.can("bfd") ? [ourPeer(net.watched, watched)] : []),
    ],
  });
}

/** Both sides learn each other's IPv4 route with an IPv6 next hop and, where the daemon writes kernels, forward by it. */
async function extendedNextHop(trial: Trial): Promise<string> {
  const [us, them] = [addressOf("us", net.six, "ipv6"), addressOf("them", net.six, "ipv6")];
  await trial.established(them, us);
  const there = await trial.pathThere(ours, us);
  assert.deepEqual([there.nextHop, there.asPath], [us, [asn.us]], JSON.stringify(there));
  const here = await trial.pathHere(theirs, them);
  assert.deepEqual([here.nextHop, here.asPath], [them, String(asn.them)], JSON.stringify(here));
  if (trial.kind.lacks["kernel routes"] !== undefined) return "";
  const prober = await trial.prober();
  try {
    const flow = { id: 0, space: "ourback", address: "10.2.0.10" };
    await trial.until("packets pass", async () => (await prober.once([flow], 500)).get(0)!.ping);
  } finally {
    prober.stop();
  }
  return "forwards";
}

/** BFD comes up; when packets of the way are lost on one side, both sides end the session for that, and come back later. */
async function bfd(trial: Trial): Promise<void> {
  const [us, them] = [addressOf("us", net.watched), addressOf("them", net.watched)];
  await trial.established(them, us);
  await trial.until("its BFD session is up", () => trial.daemon.isBfdUp!(us));
  await trial.until("our BFD session is up", () =>
    trial.ours.factsOf(them, "bgp.bfd-state").some(({ state }) => state === "Up"),
  );
  await trial.link.us.run("nft", "add table inet cut");
  await trial.link.us.run("nft", "add chain inet cut in { type filter hook input priority 0; }");
  await trial.link.us.run("nft", `add rule inet cut in ip saddr ${them} drop`);
  await trial.until("our session ends", async () => (await trial.ours.peer(them)).state !== "Established");
  const [down] = trial.ours.factsOf(them, "bgp.session-down");
  assert.match(String(down?.["why"]), /BFD/);
  await trial.until("its session ends", async () => !(await trial.daemon.isEstablished(us)));
  await trial.link.us.run("nft", "delete table inet cut");
  await trial.established(them, us);
}
