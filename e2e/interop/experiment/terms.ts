import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import type { Fact } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Neighbour, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** The subnets of the sessions of this experiment. */
const net = { policy: 0, refresh: 1, ourLimit: 2, theirLimit: 3, drain: 4 } as const;

const prefix = {
  ours: "10.1.0.0/16",
  theirs: "10.2.0.0/16",
  leaving: "10.22.0.0/16",
  another: "10.5.0.0/16",
  friend: "10.3.0.0/16",
  aggregate: "10.64.0.0/12",
  inside: ["10.64.1.0/24", "10.65.0.0/16"],
} as const;

const gracefulShutdown = "65535:0";

/** What our filter adds on one session. */
const marks = { communities: ["65001:77"], large: ["65001:4200000000:3"], aggregate: "65001:64" } as const;

const [us, them] = [
  (name: keyof typeof net) => addressOf("us", net[name]),
  (name: keyof typeof net) => addressOf("them", net[name]),
];

/** What two neighbours ask of each other while they are up: other routes, all routes again, fewer, or another way. */
export const terms: Experiment = {
  rows: ["policy", "refresh", "enhancedRefresh", "shutdownDrained", "shutdownHonoured", "ourLimit", "theirLimit"],
  async run(trial) {
    await trial.daemon.start(theirPlan(trial));
    await trial.ours.start(ourSide());
    await trial.row("policy", () => policy(trial));
    await trial.row("shutdownHonoured", () => shutdownHonoured(trial));
    await trial.row("shutdownDrained", () => shutdownDrained(trial));
    await trial.row("ourLimit", () => ourLimit(trial));
    await trial.row("theirLimit", () => theirLimit(trial));
    await trial.row("refresh", () => refresh(trial));
    await trial.row("enhancedRefresh", () => enhancedRefresh(trial));
  },
};

function theirPlan(trial: Trial): Plan {
  const neighbour = (name: keyof typeof net, more: Partial<Neighbour> = {}): Neighbour => {
    return { address: us(name), localAddress: them(name), asn: asn.us, families: ["ipv4"], ...more };
  };
  return {
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel: false,
    routes: [{ prefix: prefix.theirs }, { prefix: prefix.leaving, communities: [gracefulShutdown] }],
    neighbours: [
      neighbour("policy"),
      neighbour("refresh", { enhancedRefresh: true }),
      neighbour("ourLimit"),
      ...(trial.can("theirLimit") ? [neighbour("theirLimit", { maxPrefixes: 1 })] : []),
      neighbour("drain", { address: addressOf("friend", net.drain) }),
    ],
  };
}

function ourSide(): object {
  const change = { prepend: 2, addCommunities: marks.communities, addLargeCommunities: marks.large };
  const term = { name: "ours", match: { source: "local" }, verdict: "accept", change };
  const families = ["ipv4"];
  return ourConfig({
    routes: [prefix.ours, prefix.another, ...prefix.inside].map((each) => ({ prefix: each })),
    aggregates: [{ prefix: prefix.aggregate, summaryOnly: true, communities: [marks.aggregate] }],
    filters: [{ name: "shaped", terms: [term], otherwise: "accept" }],
    peers: [
      ourPeer(net.policy, { families, exportFilter: "shaped" }),
      ourPeer(net.refresh, { families }),
      ourPeer(net.ourLimit, { families, maxPrefixes: { ipv4: 1, action: "stay-down" } }),
      ourPeer(net.theirLimit, { families }),
    ],
  });
}

async function policy(trial: Trial): Promise<void> {
  const seen = await trial.pathThere(prefix.ours, us("policy"));
  assert.deepEqual(seen.asPath, [asn.us, asn.us, asn.us]);
  assert.deepEqual([seen.communities, seen.largeCommunities], [marks.communities, marks.large]);
  const whole = await trial.pathThere(prefix.aggregate, us("policy"));
  assert.ok(whole.communities.includes(marks.aggregate), JSON.stringify(whole));
  for (const inside of prefix.inside) assert.deepEqual(await trial.daemon.paths(inside), [], inside);
}

/** A neighbour that is about to go is the last choice (RFC 8326 4). */
async function shutdownHonoured(trial: Trial): Promise<void> {
  const { communities } = await trial.pathHere(prefix.leaving, them("policy"));
  assert.deepEqual(communities, ["graceful-shutdown"]);
  await trial.pathHere(prefix.theirs, them("policy"));
  const preference = async (of: string): Promise<number | undefined> =>
    (await trial.ours.pathsFrom(them("policy"), of, "all"))[0]?.localPref;
  assert.equal(await preference(prefix.leaving), 0);
  assert.notEqual(await preference(prefix.theirs), 0);
}

/** A friend drains: it says so of its routes, and goes when that is done. */
async function shutdownDrained(trial: Trial): Promise<void> {
  const { friend } = trial.link;
  const from = addressOf("friend", net.drain);
  const peers = [ourPeer(net.drain, { families: ["ipv4"] }, "ipv4", "friend")];
  const config = ourConfig({ machine: "friend", routes: [{ prefix: prefix.friend }], peers });
  const file = friend.file("farewell.json", JSON.stringify(config));
  friend.start("farewell", [process.execPath, new URL("../farewell.ts", import.meta.url).pathname, file, "", "2"]);
  assert.deepEqual((await trial.pathThere(prefix.friend, from)).communities, []);
  friend.signal("farewell", "SIGTERM");
  await trial.until("the friend's route is about to go", async () => {
    const paths = (await trial.daemon.paths(prefix.friend)).filter((path) => path.from === from);
    assert.ok(paths.length > 0, "it went before it said so");
    return paths.some(({ communities }) => communities.includes(gracefulShutdown));
  });
  await trial.until("the friend is gone", async () => !(await trial.daemon.isEstablished(from)));
}

/** The hint of a NOTIFICATION is for 6/1, also when that lies inside a hard reset (RFC 8538). */
function isLimit({ code, text }: Fact): boolean {
  return code === 6 && String(text).includes("Maximum Number of Prefixes Reached");
}

async function ourLimit(trial: Trial): Promise<void> {
  const said = (): Fact[] => trial.ours.factsOf(them("ourLimit"), "bgp.notification-sent").filter(isLimit);
  await trial.until("we end the session with 6/1", () => said().length > 0);
  // family, subsequent family and limit come along (RFC 4486 4)
  assert.match(String(said()[0]!["text"]), /IPv4|ipv4/);
  await trial.until("it is down there", async () => !(await trial.daemon.isEstablished(us("ourLimit"))));
  const { why } = await trial.ours.peer(them("ourLimit"));
  assert.match(why, /more prefixes than configured/);
}

async function theirLimit(trial: Trial): Promise<void> {
  const heard = (): Fact[] => trial.ours.factsOf(them("theirLimit"), "bgp.notification-received").filter(isLimit);
  await trial.until("it ends the session with 6/1", () => heard().length > 0);
  await trial.until("we say what to do", () => {
    const [down] = trial.ours.factsOf(them("theirLimit"), "bgp.session-down");
    return /announced more prefixes than the peer allows/.test(String(down?.["hint"]));
  });
}

/** It asks once; everything is told again on the session that stays. */
async function refresh(trial: Trial): Promise<void> {
  await trial.established(them("refresh"), us("refresh"));
  await trial.pathThere(prefix.aggregate, us("refresh"));
  const before = (await trial.ours.detail(them("refresh"))).messages;
  await trial.daemon.refresh!(us("refresh"));
  await trial.until("it has asked, and we have answered", async () => {
    const { in: heard, out: told } = (await trial.ours.detail(them("refresh"))).messages;
    return heard["routeRefresh"]! > before.in["routeRefresh"]! && told["update"]! >= before.out["update"]! + 2;
  });
  assert.ok(await trial.daemon.isEstablished(us("refresh")));
  await trial.pathThere(prefix.aggregate, us("refresh"));
}

async function enhancedRefresh(trial: Trial): Promise<void> {
  const { negotiated, messages, peer } = await trial.ours.detail(them("refresh"));
  assert.equal(new Map(negotiated).get("route refresh"), "enhanced");
  // one request was answered by a beginning and an end
  assert.deepEqual([messages.out["routeRefresh"], peer.established], [2 * messages.in["routeRefresh"]!, 1]);
}
