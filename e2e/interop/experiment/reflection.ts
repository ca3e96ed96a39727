import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import { OurSpeaker } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Neighbour, OwnRoute, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** Who announces what: a client of ours and one of the daemon's, and prefixes that two routers announce. */
const prefix = {
  friend: "10.3.0.0/16",
  other: "10.4.0.0/16",
  friendAndWe: "10.33.0.0/16",
  otherAndThey: "10.44.0.0/16",
  ourLong: "10.35.0.0/16",
  theirLong: "10.45.0.0/16",
} as const;

/** More than fits into a message of 4096 octets: 4 octets each. */
const many = Array.from({ length: 1200 }, (_, i) => `65001:${i + 1}`);

const [us, them] = [addressOf("us", 0), addressOf("them", 0)];
const [friendAddress, otherAddress] = [addressOf("friend", 0), addressOf("other", 0)];

/**
 * One AS, two reflectors, each the other's client, and a client behind each: `friend` is ours, `other` the daemon's. What one
 * tells goes through both reflectors to the other.
 */
export const reflection: Experiment = {
  rows: ["reflect", "reflected", "addPathSent", "addPathReceived", "extendedMessages"],
  async run(trial) {
    const [friend, other] = [new OurSpeaker(trial.link.friend), new OurSpeaker(trial.link.other)];
    await trial.daemon.start(theirPlan(trial));
    await trial.ours.start(ourSide(trial));
    await friend.start(clientOf("friend", "us", [{ prefix: prefix.friend }, { prefix: prefix.friendAndWe }]));
    await other.start(clientOf("other", "them", [{ prefix: prefix.other }, { prefix: prefix.otherAndThey }]));
    await trial.established(them, us);
    await trial.row("reflect", async () => {
      const { nextHop, originatorId, clusterList } = await trial.pathThere(prefix.friend, us);
      // OpenBGPD puts its own cluster in front as soon as it learns a route
      assert.deepEqual([nextHop, originatorId, clusterList.at(-1)], [friendAddress, friendAddress, us]);
    });
    await trial.row("reflected", () => reflected(trial, friend));
    await trial.row("addPathSent", async () => {
      const hops = async (): Promise<string[]> =>
        (await trial.daemon.paths(prefix.friendAndWe)).filter(({ from }) => from === us).map(({ nextHop }) => nextHop);
      await trial.until(`${trial.kind.name} has two paths from us`, async () => (await hops()).length === 2);
      assert.deepEqual((await hops()).sort(), [us, friendAddress]);
    });
    await trial.row("addPathReceived", async () => {
      const hops = async (): Promise<string[]> =>
        (await trial.ours.pathsFrom(them, prefix.otherAndThey)).map(({ nextHop }) => nextHop ?? "");
      await trial.until("we have two paths from it", async () => (await hops()).length === 2);
      assert.deepEqual((await hops()).sort(), [them, otherAddress]);
    });
    await trial.row("extendedMessages", () => extendedMessages(trial));
  },
};

function theirPlan(trial: Trial): Plan {
  const hasClient = trial.can("reflected");
  const neighbour = (machine: "us" | "other"): Neighbour => ({
    address: addressOf(machine, 0),
    localAddress: them,
    asn: asn.us,
    families: ["ipv4"],
    routeReflectorClient: hasClient,
    addPath: machine === "us" && trial.can("addPathSent"),
    extendedMessages: trial.can("extendedMessages"),
  });
  const long = trial.can("extendedMessages") ? [{ prefix: prefix.theirLong, communities: many }] : [];
  return {
    asn: asn.us,
    routerId: them,
    kernel: false,
    routes: [{ prefix: prefix.otherAndThey }, ...long],
    neighbours: [neighbour("us"), ...(hasClient ? [neighbour("other")] : [])],
  };
}

function ourSide(trial: Trial): object {
  const client = { asn: "internal", families: ["ipv4"], routeReflectorClient: true };
  const addPath = { ipv4: { send: "all", receive: true } };
  const long = trial.can("extendedMessages") ? [{ prefix: prefix.ourLong, communities: many }] : [];
  return ourConfig({
    clusterId: us,
    routes: [{ prefix: prefix.friendAndWe }, ...long],
    peers: [
      ourPeer(0, { ...client, ...(trial.can("addPathSent") && { addPath }) }),
      ourPeer(0, client, "ipv4", "us", "friend"),
    ],
  });
}

/** A client that tells its reflector some prefixes. */
function clientOf(machine: "friend" | "other", reflector: "us" | "them", routes: readonly OwnRoute[]): object {
  const peers = [ourPeer(0, { asn: "internal", families: ["ipv4"] }, "ipv4", machine, reflector)];
  return ourConfig({ machine, routes, peers });
}

/** What the daemon's client told has come to our client: both reflectors stand in the list, the last one first. */
async function reflected(trial: Trial, friend: OurSpeaker): Promise<void> {
  const find = () => friend.pathsFrom(us, prefix.other);
  await trial.until("our client has their client's route", async () => (await find()).length > 0);
  const { nextHop, originatorId, clusterList } = (await find())[0]!;
  assert.deepEqual([nextHop, originatorId, clusterList], [otherAddress, otherAddress, [us, them]]);
}

async function extendedMessages(trial: Trial): Promise<void> {
  await trial.pathThere(prefix.ourLong, us);
  for (const community of [many[0]!, many.at(-1)!]) {
    assert.ok(await trial.daemon.carries(prefix.ourLong, community), `${community} is missing there`);
  }
  const here = await trial.pathHere(prefix.theirLong, them);
  assert.deepEqual([...(here.communities ?? [])].sort(), [...many].sort());
}
