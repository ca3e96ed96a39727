import assert from "node:assert/strict";
import { addressOf, type Link } from "../link.ts";
import { OurSpeaker } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** Ten subnets, in each of them a session of ours and one of a friend: our router id is below theirs, the friend's above. */
const subnets = Array.from({ length: 10 }, (_, i) => 10 + i);
const callers = ["us", "friend"] as const;

/** Longer than the experiment: every end calls once. */
const connectRetrySeconds = 30;

/**
 * Twenty calls that cross. First nothing that opens a connection passes, until all ends are calling. Then all processes are
 * stopped while their kernels connect both calls of every pair, and go on together: every OPEN meets another.
 */
export const collisions: Experiment = {
  rows: ["collisions"],
  async run(trial) {
    const friend = new OurSpeaker(trial.link.friend);
    const speakers = { us: trial.ours, friend };
    await trial.row("collisions", async () => {
      await trial.link.them.run("nft", "-f", trial.link.them.file("calls.nft", noCalls));
      await trial.daemon.start(theirPlan());
      for (const machine of callers) await speakers[machine].start(ourSide(machine));
      await trial.until("all ends are calling", async () => (await calling(trial.link)) === 40);
      signalAll(trial, "SIGSTOP");
      await trial.link.them.run("nft", "delete table inet calls");
      await trial.until("every pair has two connections", async () => {
        return (await sockets(trial.link, "them", "established")) === 40;
      });
      signalAll(trial, "SIGCONT");
      for (const machine of callers)
        for (const subnet of subnets) await isUp(trial, machine, speakers[machine], subnet);
      await trial.until("every pair has one connection", async () => {
        return (await sockets(trial.link, "them", "established")) === 20;
      });
      for (const machine of callers) for (const subnet of subnets) staysUp(trial, speakers[machine], subnet);
    });
  },
};

/** No call passes the daemon's machine, either way. */
const noCalls = `table inet calls {
  chain input { type filter hook input priority 0; tcp dport 179 tcp flags & (syn | ack) == syn drop; }
  chain output { type filter hook output priority 0; tcp dport 179 tcp flags & (syn | ack) == syn drop; }
}
`;

function theirPlan(): Plan {
  return {
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel: false,
    routes: [{ prefix: "10.2.0.0/16" }],
    neighbours: callers.flatMap((machine) =>
      subnets.map((subnet) => ({
        address: addressOf(machine, subnet),
        localAddress: addressOf("them", subnet),
        asn: asn.us,
        families: ["ipv4"] as const,
        connectRetrySeconds,
      })),
    ),
  };
}

function ourSide(machine: (typeof callers)[number]): object {
  const peers = subnets.map((subnet) => {
    return ourPeer(subnet, { families: ["ipv4"], connectRetrySeconds }, "ipv4", machine);
  });
  return ourConfig({ machine, routes: [{ prefix: "10.1.0.0/16" }], peers });
}

/** Calls that are not answered yet, of all three machines. */
async function calling(link: Link): Promise<number> {
  const each = await Promise.all((["them", ...callers] as const).map((machine) => sockets(link, machine, "syn-sent")));
  return each.reduce((sum, n) => sum + n, 0);
}

/** TCP connections to or from the port of BGP in a state. */
async function sockets(link: Link, machine: "them" | "us" | "friend", state: string): Promise<number> {
  const text = await link[machine].run("ss", "-Htn", "state", state, "( sport = 179 or dport = 179 )");
  return text.split("\n").filter((line) => line !== "").length;
}

function signalAll({ link, daemon }: Trial, signal: "SIGSTOP" | "SIGCONT"): void {
  link.them.signal(daemon.program, signal);
  for (const machine of callers) link[machine].signal("speaker", signal);
}

async function isUp(trial: Trial, machine: "us" | "friend", ours: OurSpeaker, subnet: number): Promise<void> {
  const [us, them] = [addressOf(machine, subnet), addressOf("them", subnet)];
  await trial.until(`we are Established with ${them}`, () => ours.factsOf(them, "bgp.session-up").length > 0);
  await trial.until(`${trial.kind.name} is Established with ${us}`, () => trial.daemon.isEstablished(us));
  await trial.until(
    `we still are Established with ${them}`,
    async () => (await ours.peer(them)).state === "Established",
  );
}

/** The session came up once and has not gone down; or once more, where the daemon is known to end the one it keeps. */
function staysUp({ kind }: Trial, ours: OurSpeaker, subnet: number): void {
  const them = addressOf("them", subnet);
  const told = ours.factsOf(them, "bgp.session-up", "bgp.session-down");
  const states = told.map(({ msg }) => msg.replace("bgp.session-", "")).join(" ");
  const allowed = kind.endsKeptSession ? ["up", "up down up"] : ["up"];
  assert.ok(allowed.includes(states), `${them}: ${JSON.stringify(told)}`);
}
