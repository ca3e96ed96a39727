import assert from "node:assert/strict";
import { addressOf } from "../link.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Neighbour, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** The subnets of the sessions of this experiment. */
const net = { ipv4: 0, ipv6: 1, both: 2, md5Right: 3, md5Wrong: 4, ttlBoth: 5, ttlOne: 6, large: 7 } as const;

const ours = { ipv4: "10.1.0.0/16", ipv6: "fd00:1::/48" } as const;
const theirs = { ipv4: "10.2.0.0/16", ipv6: "fd00:2::/48" } as const;

/** Values that need all of their 32 bits. */
const large = { ours: "4200000001:4294967295:1", theirs: "65002:4200000001:7" } as const;

/** Seven sessions of one eBGP neighbour side by side: families, passwords, TTL security, communities, shutdown. */
export const sessions: Experiment = {
  rows: ["ipv4", "ipv6", "both", "md5Right", "md5Wrong", "ttlBoth", "ttlOne", "largeCommunities", "shutdownHeard"],
  async run(trial) {
    await trial.daemon.start(theirPlan());
    await trial.ours.start(ourSide());
    await trial.row("ipv4", () => exchanged(trial, net.ipv4, ["ipv4"]));
    await trial.row("ipv6", () => exchanged(trial, net.ipv6, ["ipv6"]));
    await trial.row("both", () => exchanged(trial, net.both, ["ipv4", "ipv6"]));
    await trial.row("md5Right", () => exchanged(trial, net.md5Right, ["ipv4"]));
    await trial.row("ttlBoth", () => exchanged(trial, net.ttlBoth, ["ipv4"]));
    await trial.row("largeCommunities", async () => {
      await exchanged(trial, net.large, ["ipv4"]); // our import filter accepts nothing without theirs
      const seen = (await trial.daemon.paths(ours.ipv4)).map(({ largeCommunities }) => largeCommunities);
      assert.ok(seen.length > 0 && seen.every((each) => each.join() === large.ours), JSON.stringify(seen));
    });
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
      neighbour(net.large),
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
      ourPeer(net.large, { families: ["ipv4"], importFilter: "only-large" }),
    ],
    filters: [
      {
        name: "only-large",
        terms: [{ name: "theirs", match: { largeCommunities: [large.theirs] }, verdict: "accept" }],
        otherwise: "reject",
      },
    ],
  });
}

/** The session is up and carries both sides' routes of these families, with the next hop and AS path that are due. */
async function exchanged(trial: Trial, subnet: number, families: readonly ("ipv4" | "ipv6")[]): Promise<void> {
  const over = subnet === net.ipv6 ? "ipv6" : "ipv4";
  const [us, them] = [addressOf("us", subnet, over), addressOf("them", subnet, over)];
  await trial.established(them, us);
  for (const family of families) {
    const find = async () => (await trial.daemon.paths(ours[family])).find(({ from }) => from === us);
    await trial.until(`${trial.kind.name} has ${ours[family]} from ${us}`, async () => (await find()) !== undefined);
    const path = (await find())!;
    assert.deepEqual([path.nextHop, path.asPath], [addressOf("us", subnet, family), [asn.us]], JSON.stringify(path));
    await trial.until(`we have ${theirs[family]} from ${them}`, async () => {
      const seen = (await trial.ours.peer(them)).families.find((one) => one.family === family);
      return seen?.isUp === true && seen.accepted >= 1;
    });
  }
}

/** The session is tried, the kernel counts what it drops, and nobody ever calls the session up. */
async function neverUp(trial: Trial, subnet: number, counter: string): Promise<void> {
  const [us, them] = [addressOf("us", subnet), addressOf("them", subnet)];
  await trial.until(`the kernel counts ${counter}`, async () => (await counted(trial, counter)) >= 2);
  const { state } = await trial.ours.peer(them);
  const wasUp = trial.ours.facts().some(({ msg, peer }) => msg === "bgp.session-up" && peer === them);
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

async function shutdownHeard(trial: Trial): Promise<void> {
  const [us, them] = [addressOf("us", net.ipv4), addressOf("them", net.ipv4)];
  await trial.daemon.shutdown(us, "moving to rack 12");
  const heard = (): unknown[] =>
    trial.ours.facts().filter(({ msg, peer }) => msg === "bgp.notification-received" && peer === them);
  await trial.until("we hear a NOTIFICATION", () => heard().length > 0);
  const { code, subcode, text } = heard()[0] as { code: number; subcode: number; text: string };
  // with RFC 8538 an administrative shutdown travels inside a hard reset
  assert.ok(code === 6 && (subcode === 2 || subcode === 9), `${code}/${subcode}`);
  assert.match(text, /Administrative Shutdown "moving to rack 12"/);
}
