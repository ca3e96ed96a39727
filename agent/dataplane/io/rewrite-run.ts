import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Tell } from "../../../lib/fact.ts";
import { type Random, seededRandom } from "../../../lib/random.ts";
import type { PolicyGraph } from "../../../policy/graph/policy-graph.ts";
import type { Dataplane, DataplaneKind } from "../dataplane.ts";
import { defaultOptions } from "../options.ts";
import { OPEN_PORT, RewrittenWorld, rewrittenPods, SHUT_PORT } from "../sim/rewrites.ts";
import { FlowWatch, type Watched } from "./flow-watch.ts";
import { type DataplaneFact, openDataplane } from "./open.ts";
import { PodsLab } from "./pods-lab.ts";
import { countedByWitness, type Witnessed, witness } from "./witness.ts";

/** How a run of rewrites goes. */
export interface RewriteOptions {
  readonly kind: DataplaneKind;
  readonly seconds: number;
  readonly seed: number;
  /** So often a second the dataplane is closed in the midst of a commit, and another opened upon what it left. */
  readonly restarts: number;
  readonly tell: Tell<DataplaneFact>;
}

/** What came of it. */
export interface RewriteTally {
  readonly rewrites: number;
  readonly restarts: number;
  /** What the sender sent and the receiver got, by port and of the connection. */
  readonly watched: Watched;
  /** What the kernel saw before all rules of the node, and behind them. */
  readonly counted: Witnessed;
}

const REWRITES_A_SECOND = 50;
const ROUNDS_A_SECOND = 400;

/** The dataplane of a moment, and the graph that it is told by. */
class Node {
  readonly #options: RewriteOptions;
  readonly #netns: string;
  readonly #world: RewrittenWorld;
  #graph: PolicyGraph;
  #dataplane: Dataplane | undefined;

  constructor(options: RewriteOptions, netns: string, world: RewrittenWorld) {
    this.#options = options;
    this.#netns = netns;
    this.#world = world;
    this.#graph = world.graph();
  }

  /** Takes in all that is in the world, as a process that has just begun does. */
  async start(): Promise<void> {
    const { kind, tell } = this.#options;
    this.#graph = this.#world.graph();
    this.#dataplane = openDataplane({ kind, options: defaultOptions, tell, netns: this.#netns });
    await this.#commit(this.#dataplane);
    this.#dataplane.allowDeletes();
    await this.#commit(this.#dataplane);
  }

  async rewrite(random: Random): Promise<void> {
    this.#graph.on(this.#world.rewrite(random));
    await this.#commit(this.#dataplane!);
  }

  /** Ends the dataplane somewhere within the work on a change; what it had not done by then stays undone. */
  async rewriteAndDie(random: Random): Promise<void> {
    void this.rewrite(random);
    await pause(random() * 5);
    this.close();
  }

  close(): void {
    this.#dataplane?.close();
  }

  #commit(dataplane: Dataplane): Promise<void> {
    dataplane.apply(this.#graph.flush());
    return dataplane.commit();
  }
}

/**
 * Rewrites policies fifty times a second while packets are sent: to a port that every state of the world allows, and to one that none
 * does. Dataplanes may be replaced meanwhile without warning; each goes on with what the one before left.
 */
export async function rewriteRun(options: RewriteOptions): Promise<RewriteTally> {
  const { seconds, seed, restarts } = options;
  const random = seededRandom(seed);
  const lab = new PodsLab(`manx-policy-${process.pid}-rw${seed}`, rewrittenPods);
  try {
    lab.open();
    nft(lab.name, ["-f", "-"], witness);
    const node = new Node(options, lab.netns, new RewrittenWorld());
    await node.start();
    const [from, to] = lab.pods as [string, string];
    const flow = { from, to, address: rewrittenPods[1].address, rate: ROUNDS_A_SECOND };
    const watch = new FlowWatch({ ...flow, ports: [OPEN_PORT, SHUT_PORT] });
    try {
      await watch.started();
      const began = performance.now();
      let [rewrites, restarted] = [0, 0];
      for (; performance.now() - began < seconds * 1000; rewrites++) {
        if (random() < restarts / REWRITES_A_SECOND) {
          await node.rewriteAndDie(random);
          await node.start();
          restarted++;
        } else await node.rewrite(random);
        await pause(Math.max(0, began + (rewrites * 1000) / REWRITES_A_SECOND - performance.now()));
      }
      const watched = await watch.stop();
      const counted = countedByWitness(nft(lab.name, ["list", "table", "inet", "witness"]));
      return { rewrites, restarts: restarted, watched, counted };
    } finally {
      watch.close();
      node.close();
    }
  } finally {
    lab.close();
  }
}

function nft(netns: string, args: readonly string[], input = ""): string {
  return execFileSync("ip", ["netns", "exec", netns, "nft", ...args], { input, encoding: "utf8" });
}
