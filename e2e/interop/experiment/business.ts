import assert from "node:assert/strict";
import type { Role } from "../../../bgp/session/session-config.ts";
import { addressOf } from "../link.ts";
import { type Fact, OurSpeaker } from "../ours.ts";
import { asn, ourConfig, ourPeer } from "../ours-config.ts";
import type { Neighbour, Plan } from "../plan.ts";
import type { Trial } from "../trial.ts";
import type { Experiment } from "./experiment.ts";

/** What each side says it is on a session; `strict`: it insists that the other says something, too. */
interface Deal {
  readonly us?: Role;
  readonly them?: Role;
  readonly strict?: "us" | "them" | "both";
}

/** The sessions; each has the subnet of its place here. */
const deals = {
  weProvide: { us: "provider", them: "customer", strict: "both" },
  theyProvide: { us: "customer", them: "provider" },
  twoCustomers: { us: "customer", them: "customer" },
  onlyWeInsist: { us: "provider", strict: "us" },
  onlyTheyInsist: { them: "customer", strict: "them" },
  weSeeLeaks: { us: "provider" },
  theySeeLeaks: { them: "provider" },
} as const satisfies Readonly<Record<string, Deal>>;
type DealName = keyof typeof deals;

const names = Object.keys(deals) as DealName[];
const subnetOf = (name: DealName): number => names.indexOf(name);
const us = (name: DealName): string => addressOf("us", subnetOf(name));
const them = (name: DealName): string => addressOf("them", subnetOf(name));

const friendNet = names.length;
const friendAsn = 65003;
const prefix = { ours: "10.1.0.0/16", theirs: "10.2.0.0/16", friend: "10.3.0.0/16" } as const;

/**
 * Who is whose customer (RFC 9234), over sessions side by side. `friend` is the provider of both: what it tells carries its
 * OTC, and is a leak on the two sessions whose one end names no role and passes it on to one that is a provider there.
 */
export const business: Experiment = {
  rows: ["roles", "otc"],
  async run(trial) {
    await trial.daemon.start(theirPlan());
    await trial.ours.start(ourSide());
    await new OurSpeaker(trial.link.friend).start(friendSide());
    await trial.row("roles", () => roles(trial));
    await trial.row("otc", () => onlyToCustomers(trial));
  },
};

function theirPlan(): Plan {
  const neighbour = (name: DealName): Neighbour => {
    const { them: role, strict }: Deal = deals[name];
    const strictRole = role !== undefined && (strict === "them" || strict === "both");
    const ends = { address: us(name), localAddress: them(name) };
    return { ...ends, asn: asn.us, families: ["ipv4"], ...(role && { role }), strictRole };
  };
  const friend: Neighbour = {
    address: addressOf("friend", friendNet),
    localAddress: addressOf("them", friendNet),
    asn: friendAsn,
    families: ["ipv4"],
    role: "customer",
  };
  return {
    asn: asn.them,
    routerId: addressOf("them", 0),
    kernel: false,
    routes: [{ prefix: prefix.theirs }],
    neighbours: [...names.map(neighbour), friend],
  };
}

function ourSide(): object {
  const peer = (name: DealName): object => {
    const { us: role, strict }: Deal = deals[name];
    const strictRole = strict === "us" || strict === "both";
    return ourPeer(subnetOf(name), { families: ["ipv4"], ...(role && { role, strictRole }) });
  };
  const friend = { asn: friendAsn, families: ["ipv4"], role: "customer" };
  return ourConfig({
    routes: [{ prefix: prefix.ours }],
    peers: [...names.map(peer), ourPeer(friendNet, friend, "ipv4", "us", "friend")],
  });
}

function friendSide(): object {
  const peer = (it: "us" | "them"): object =>
    ourPeer(friendNet, { asn: asn[it], families: ["ipv4"], role: "provider" }, "ipv4", "friend", it);
  return ourConfig({
    machine: "friend",
    asn: friendAsn,
    routes: [{ prefix: prefix.friend }],
    peers: [peer("us"), peer("them")],
  });
}

/** The pairs come up; who insists, or hears of a role that makes no pair, says 2/11, and nobody calls that session up. */
async function roles(trial: Trial): Promise<void> {
  await trial.established(them("weProvide"), us("weProvide"));
  await trial.established(them("theyProvide"), us("theyProvide"));
  await refused(trial, "onlyWeInsist", "bgp.notification-sent");
  await refused(trial, "onlyTheyInsist", "bgp.notification-received");
  await refused(trial, "twoCustomers", "bgp.notification-sent", "bgp.notification-received");
  const { why } = await trial.ours.peer(them("twoCustomers"));
  assert.match(why, /roles/);
}

async function refused(trial: Trial, name: DealName, ...facts: readonly string[]): Promise<void> {
  const isMismatch = ({ code, subcode }: Fact): boolean => code === 2 && subcode === 11;
  const said = (): boolean => trial.ours.factsOf(them(name), ...facts).some(isMismatch);
  await trial.until(`${name} ends with 2/11`, said);
  const wasUp = trial.ours.factsOf(them(name), "bgp.session-up").length > 0;
  assert.deepEqual([wasUp, await trial.daemon.isEstablished(us(name))], [false, false], name);
}

/** Answers a note where the daemon cannot show that it refuses leaks. */
async function onlyToCustomers(trial: Trial): Promise<string> {
  const isShown = trial.kind.lacks["OTC: shown"] === undefined;
  const marked = await trial.pathThere(prefix.ours, us("weProvide"));
  if (isShown) assert.equal(marked.otc, asn.us);
  assert.equal((await trial.pathHere(prefix.theirs, them("theyProvide"))).otc, asn.them);
  const leaked = await trial.pathHere(prefix.friend, them("weSeeLeaks"));
  assert.deepEqual([leaked.otc, leaked.state], [friendAsn, "ineligible"]);
  assert.match(leaked.why ?? "", /leak|OTC|9234/);
  if (trial.kind.lacks["roles on one side"] !== undefined) return "refused here";
  await trial.pathThere(prefix.ours, us("theySeeLeaks"));
  await trial.until("we have told it of the leak", () => trial.ours.advertises(them("theySeeLeaks"), prefix.friend));
  // the same route has come where it is welcome
  const welcome = await trial.pathThere(prefix.friend, us("weProvide"));
  if (isShown) assert.equal(welcome.otc, friendAsn);
  const known = await trial.daemon.paths(prefix.friend);
  assert.ok(!known.some(({ from }) => from === us("theySeeLeaks")), JSON.stringify(known));
  return "";
}
