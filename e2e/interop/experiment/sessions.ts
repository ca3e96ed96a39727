import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import type { Fact } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Neighbour, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** The subnets of the sessions of this experiment. */
const net = { ipv4: 0, ipv6: 1, both: 2, md5Right: 3, md5Wrong: 4, ttlBoth: 5, ttlOne: 6, farewell: 7 } as const;

const ours = { ipv4: "10.1.0.0/16", ipv6: "fd00:1::/48" } as const;
const theirs = { ipv4: "10.2.0.0/16", ipv6: "fd00:2::/48" } as const;

/** Values that need all of their 32 bits. */
const large = { ours: "4200000001:4294967295:1", theirs: "65002:4200000001:7" } as const;

/** Sessions of one eBGP neighbour side by side: families, passwords, TTL security, communities, shutdown. */
export const sessions: Experiment = {
  rows: [
    "ipv4",
    "ipv6",
    "both",
    "md5Right",
    "md5Wrong",
    "ttlBoth",
    "ttlOne",
    "largeCommunities",
    "shutdownHeard",
    "shutdownTold",
  ],
  async run(trial) {
    await trial.daemon.start(theirPlan());
    await trial.ours.start(ourSide());
    await trial.row("ipv4", () => exchanged(trial, net.ipv4, ["ipv4"]));
    await trial.row("ipv6", () => exchanged(trial, net.ipv6, ["ipv6"]));
    await trial.row("both", () => exchanged(trial, net.both, ["ipv4", "ipv6"]));
    await trial.row("md5Right", () => exchanged(trial, net.md5Right, ["ipv4"]));
    await trial.row("ttlBoth", () => exchanged(trial, net.ttlBoth, ["ipv4"]));
    await trial.row("largeCommunities", () => largeCommunities(trial));
    await trial.row("shutdownTold", () => shutdownTold(trial));
    await trial.row("shutdownHeard", () => shutdownHeard(trial));
    await trial.row("md5Wrong", () => neverUp(trial, net.md5Wrong, "TCPMD5Failure"));
    await trial.row("ttlOne", () => neverUp(trial, net.ttlOne, "TCPMinTTLDrop"));
  },
};

function theirPlan(): Plan {
  const neighbour = (subnet: number, more: Partial<Neighbour> = {}): Neighbour => ({
    address: addressOf("us", subnet),
    localAddress: addressOf("them", subnet),
    asn: asn.us,
    families: ["ipv4"],
    ...more,
  });
  const six = { address: addressOf("us", net.ipv6, "ipv6"), localAddress: addressOf("them", net.ipv6, "ipv6") };
  return {
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel: false,
    routes: [
      { prefix: theirs.ipv4, communities: ["65002:7"], largeCommunities: [large.theirs] },
      { prefix: theirs.ipv6 },
    ],
    neighbours: [
      neighbour(net.ipv4),
      neighbour(net.ipv6, { ...six, families: ["ipv6"] }),
      neighbour(net.both, { families: ["ipv4", "ipv6"] }),
      neighbour(net.md5Right, { password: "right" }),
      neighbour(net.md5Wrong, { password: "wrong" }),
      neighbour(net.ttlBoth, { ttlSecurity: true }),
      neighbour(net.ttlOne),
      neighbour(net.farewell, { address: addressOf("friend", net.farewell) }),
    ],
  };
}

function ourSide(): object {
  return ourConfig({
    routes: [{ prefix: ours.ipv4, largeCommunities: [large.ours] }, { prefix: ours.ipv6 }],
    peers: [
      ourPeer(net.ipv4, { families: ["ipv4"] }),
      ourPeer(net.ipv6, { families: ["ipv6"] }, "ipv6"),
      ourPeer(net.both, { families: ["ipv4", "ipv6"] }),
      ourPeer(net.md5Right, { families: ["ipv4"], password: "right" }),
      ourPeer(net.md5Wrong, { families: ["ipv4"], password: "right" }),
      ourPeer(net.ttlBoth, { families: ["ipv4"], ttlSecurityHops: 1 }),
      ourPeer(net.ttlOne, { families: ["ipv4"], ttlSecurityHops: 1 }),
    ],
  });
}

/** The session is up and carries both sides' routes of these families, with the next hop and AS path that are due. */
async function exchanged(trial: Trial, subnet: number, families: readonly ("ipv4" | "ipv6")[]): Promise<void> {
  const over = subnet === net.ipv6 ? "ipv6" : "ipv4";
  const [us, them] = [addressOf("us", subnet, over), addressOf("them", subnet, over)];
  await trial.established(them, us);
  for (const family of families) {
    const there = await trial.pathThere(ours[family], us);
    assert.deepEqual([there.nextHop, there.asPath], [addressOf("us", subnet, family), [asn.us]], JSON.stringify(there));
    const here = await trial.pathHere(theirs[family], them);
    assert.deepEqual([here.asPath, here.state !== "ineligible"], [String(asn.them), true], JSON.stringify(here));
    if (family === over) assert.equal(here.nextHop, them);
  }
}

/** The session is tried, the kernel counts what it drops, and nobody ever calls the session up. */
async function neverUp(trial: Trial, subnet: number, counter: string): Promise<void> {
  const [us, them] = [addressOf("us", subnet), addressOf("them", subnet)];
  await trial.until(`the kernel counts ${counter}`, async () => (await counted(trial, counter)) >= 2);
  const { state } = await trial.ours.peer(them);
  const wasUp = trial.ours.factsOf(them, "bgp.session-up").length > 0;
  assert.deepEqual([state === "Established", wasUp], [false, false], `${us} and ${them}`);
}

/** A counter of TcpExt, both machines together. */
async function counted(trial: Trial, counter: string): Promise<number> {
  let sum = 0;
  for (const host of [trial.link.us, trial.link.them]) {
    const lines = (await host.run("cat", "/proc/net/netstat")).split("\n").filter((line) => line.startsWith("TcpExt:"));
    const [names, values] = lines.map((line) => line.split(" "));
    sum += Number(values?.[names!.indexOf(counter)] ?? 0);
  }
  return sum;
}

async function largeCommunities(trial: Trial): Promise<void> {
  const there = await trial.pathThere(ours.ipv4, addressOf("us", net.both));
  assert.deepEqual(there.largeCommunities, [large.ours]);
  const here = await trial.pathHere(theirs.ipv4, addressOf("them", net.both));
  assert.deepEqual([here.largeCommunities, here.communities], [[large.theirs], ["65002:7"]]);
}

const farewell = "moving to rack 12";

async function shutdownHeard(trial: Trial): Promise<void> {
  const [us, them] = [addressOf("us", net.ipv4), addressOf("them", net.ipv4)];
  await trial.daemon.shutdown(us, farewell);
  const heard = (): Fact[] => trial.ours.factsOf(them, "bgp.notification-received");
  await trial.until("we hear a NOTIFICATION", () => heard().length > 0);
  const { code, subcode, text } = heard()[0]!;
  // with RFC 8538 an administrative shutdown travels inside a hard reset
  assert.ok(code === 6 && (subcode === 2 || subcode === 9), `${code}/${subcode}`);
  assert.ok(String(text).includes(`Administrative Shutdown "${farewell}"`), String(text));
}

/** A friend with a session of its own says goodbye. */
async function shutdownTold(trial: Trial): Promise<void> {
  const { friend } = trial.link;
  const peer = ourPeer(net.farewell, { families: ["ipv4"] }, "ipv4", "friend");
  const config = friend.file(
    "farewell.json",
    JSON.stringify(ourConfig({ machine: "friend", routes: [], peers: [peer] })),
  );
  friend.start("farewell", [process.execPath, new URL("../farewell.ts", import.meta.url).pathname, config, farewell]);
  await trial.until(`${trial.kind.name} is Established with the friend`, () => {
    return trial.daemon.isEstablished(addressOf("friend", net.farewell));
  });
  friend.signal("farewell", "SIGTERM");
  await trial.until(`${trial.kind.name} shows the text`, async () => (await trial.daemon.hearsay()).includes(farewell));
}
