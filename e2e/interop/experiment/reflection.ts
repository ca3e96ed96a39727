import assert from "node:assert/strict";
import type { PathSeen } from "../daemon.ts";
import { addressOf } from "../link.ts";
import { OurSpeaker } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Neighbour, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** Who announces what: a client of ours, a client of the daemon's, both sides themselves. */
const prefix = {
  friend: "10.3.0.0/16",
  other: "10.4.0.0/16",
  ourLong: "10.35.0.0/16",
  theirLong: "10.45.0.0/16",
} as const;

/** More than fits into a message of 4096 octets: 4 octets each. */
const many = Array.from({ length: 1200 }, (_, i) => `65001:${i + 1}`);

/**
 * One AS, two reflectors, each the other's client, and a client behind each: `friend` is ours, `other` the daemon's. What one
 * tells goes through both reflectors to the other.
 */
export const reflection: Experiment = {
  rows: ["reflect", "reflected", "extendedMessages"],
  async run(trial) {
    const [us, them] = [addressOf("us", 0), addressOf("them", 0)];
    const [friend, other] = [new OurSpeaker(trial.link.friend), new OurSpeaker(trial.link.other)];
    await trial.daemon.start(theirPlan(trial));
    await trial.ours.start(ourSide(trial));
    await friend.start(clientOf("friend", "us"));
    await other.start(clientOf("other", "them"));
    await trial.established(them, us);
    await trial.row("reflect", async () => {
      const path = await pathFrom(trial, us, prefix.friend);
      const { nextHop, originatorId, clusterList } = path;
      // OpenBGPD puts its own cluster in front as soon as it learns a route
      const told = [nextHop, originatorId, clusterList.at(-1)];
      assert.deepEqual(told, [addressOf("friend", 0), addressOf("friend", 0), us], JSON.stringify(path));
    });
    await trial.row("reflected", async () => {
      const via = async (): Promise<string> => trial.link.friend.run("ip", "route", "show", prefix.other);
      await trial.until("our client forwards to their client", async () => (await via()).includes("via"));
      assert.match(await via(), new RegExp(`via ${addressOf("other", 0)} dev eth0`));
    });
    await trial.row("extendedMessages", async () => {
      await pathFrom(trial, us, prefix.ourLong);
      for (const community of [many[0]!, many.at(-1)!]) {
        assert.ok(await trial.daemon.carries(prefix.ourLong, community), `${community} is missing there`);
      }
      await trial.until(`we have ${prefix.theirLong}`, async () => {
        return (await trial.link.us.run("ip", "route", "show", prefix.theirLong)).includes(them);
      });
    });
  },
};

function theirPlan(trial: Trial): Plan {
  const neighbour = (machine: "us" | "other"): Neighbour => ({
    address: addressOf(machine, 0),
    localAddress: addressOf("them", 0),
    asn: asn.us,
    families: ["ipv4"],
    routeReflectorClient: trial.can("reflected"),
    extendedMessages: trial.can("extendedMessages"),
  });
  return {
    asn: asn.us,
    routerId: addressOf("them", 0),
    kernel: false,
    routes: trial.can("extendedMessages") ? [{ prefix: prefix.theirLong, communities: many }] : [],
    neighbours: [neighbour("us"), ...(trial.can("reflected") ? [neighbour("other")] : [])],
  };
}

function ourSide(trial: Trial): object {
  const client = { asn: "internal", families: ["ipv4"], routeReflectorClient: true };
  return ourConfig({
    clusterId: addressOf("us", 0),
    kernel: { table: "main" },
    routes: trial.can("extendedMessages") ? [{ prefix: prefix.ourLong, communities: many }] : [],
    peers: [ourPeer(0, client), ourPeer(0, client, "ipv4", "us", "friend")],
  });
}

/** A client that announces one prefix and writes what it learns into its kernel. */
function clientOf(machine: "friend" | "other", reflector: "us" | "them"): object {
  return ourConfig({
    machine,
    kernel: { table: "main" },
    routes: [{ prefix: prefix[machine] }],
    peers: [ourPeer(0, { asn: "internal", families: ["ipv4"] }, "ipv4", machine, reflector)],
  });
}

async function pathFrom(trial: Trial, from: string, wanted: string): Promise<PathSeen> {
  const find = async () => (await trial.daemon.paths(wanted)).find((path) => path.from === from);
  await trial.until(`${trial.kind.name} has ${wanted} from ${from}`, async () => (await find()) !== undefined);
  return (await find())!;
}
