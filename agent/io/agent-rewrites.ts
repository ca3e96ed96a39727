import { setTimeout as pause } from "node:timers/promises";
import { ResourceAbsent, ResourceInvalid } from "../../datastore/error.ts";
import type { Resource } from "../../datastore/model/schemas.ts";
import type { ResourceKey } from "../../datastore/resource-key.ts";
import { seededRandom } from "../../lib/random.ts";
import type { PolicyInput } from "../../policy/graph/policy-graph.ts";
import { FlowWatch } from "../dataplane/io/flow-watch.ts";
import type { SeenFlows } from "../dataplane/io/nothing-lost.ts";
import { PodsLab } from "../dataplane/io/pods-lab.ts";
import { countedByWitness, witness } from "../dataplane/io/witness.ts";
import { OPEN_PORT, REWRITTEN_NODE, RewrittenWorld, rewrittenPods, SHUT_PORT } from "../dataplane/sim/rewrites.ts";
import { AgentLab } from "./agent-lab.ts";

/** What makes an agent take a dataplane. */
export const dataplaneSettings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nftables: { FELIX_NFTABLESMODE: "Enabled" },
  "iptables-nft": { FELIX_NFTABLESMODE: "Disabled", FELIX_IPTABLESBACKEND: "nft" },
};

/** How a run goes: with these variables, and for so long. */
export interface AgentRewriteOptions {
  readonly variables: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly seed: number;
  /** The longest and the shortest life of an agent, s. */
  readonly life: readonly [shortest: number, longest: number];
}

/** What came of it. */
export interface AgentRewriteTally extends SeenFlows {
  readonly writes: number;
  readonly kills: number;
  /** Names of the facts that agents told of their firewall, and how often. */
  readonly facts: Readonly<Record<string, number>>;
}

const WRITES_A_SECOND = 50;
const ROUNDS_A_SECOND = 400;

/** Writes policies into an agent's store fifty times a second while packets are sent, and kills the agent at random and starts it again. */
export async function agentRewriteRun(options: AgentRewriteOptions): Promise<AgentRewriteTally> {
  const lab = new AgentLab();
  const pods = new PodsLab(lab.netns.name, rewrittenPods, true);
  try {
    pods.open();
    lab.run("nft", witness);
    const world = new RewrittenWorld();
    for (const input of world.resources()) await write(lab, input);
    return await underWay(lab, pods, world, options);
  } finally {
    await lab.close();
    pods.close();
  }
}

async function underWay(lab: AgentLab, pods: PodsLab, world: RewrittenWorld, options: AgentRewriteOptions) {
  const { variables, seconds, seed, life } = options;
  const [random, lives] = [seededRandom(seed), seededRandom(seed + 1)];
  const settings = { NODENAME: REWRITTEN_NODE, ...variables };
  const agents = [await lab.ready(settings)];
  const [from, to] = pods.pods as [string, string];
  const flow = { from, to, address: rewrittenPods[1].address, rate: ROUNDS_A_SECOND };
  const watch = new FlowWatch({ ...flow, ports: [OPEN_PORT, SHUT_PORT] });
  try {
    await watch.started();
    const end = performance.now() + seconds * 1000;
    const killing = (async () => {
      for (;;) {
        await pause((life[0] + lives() * (life[1] - life[0])) * 1000);
        if (performance.now() > end) return;
        await agents.at(-1)!.end("SIGKILL");
        agents.push(lab.start(settings));
      }
    })();
    const writes = await rewriteUntil(end, () => write(lab, world.rewrite(random)));
    await killing;
    const watched = await watch.stop();
    const counted = countedByWitness(lab.run("nft", "list", "table", "inet", "witness"));
    const facts: Record<string, number> = {};
    const told = agents.flatMap((agent) => agent.facts.map(({ msg }) => msg));
    for (const msg of told.filter((each) => /^(nft|iptables|ipset)\./.test(each))) facts[msg] = (facts[msg] ?? 0) + 1;
    return { writes, kills: agents.length - 1, watched, counted, facts };
  } finally {
    watch.close();
  }
}

async function rewriteUntil(end: number, rewrite: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let writes = 1; ; writes++) {
    await rewrite();
    await pause(Math.max(0, began + (writes * 1000) / WRITES_A_SECOND - performance.now()));
    if (performance.now() > end) return writes;
  }
}

/** What is not there cannot be deleted, nor a tier that has policies: then the world stays as it was. */
async function write(lab: AgentLab, { kind, change }: PolicyInput): Promise<void> {
  if (change.kind === "set") return lab.apply(change.value as Resource);
  const [name, namespace] = change.key.split("/").reverse() as [string, string?];
  try {
    await lab.client.delete({ kind, name, ...(namespace !== undefined && { namespace }) } as ResourceKey);
  } catch (error) {
    if (!(error instanceof ResourceAbsent || error instanceof ResourceInvalid)) throw error;
  }
}
