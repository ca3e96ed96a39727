import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { BfdFact } from "../../bgp/bfd/fact.ts";
import type { Bfd, BfdState, BfdWay } from "../../bgp/bfd/port.ts";
import type { Cancel } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { BfdOrder, BfdReport, BfdWorkerData } from "../bfd/messages.ts";

/** A worker that dies is started again after a moment, well within the Detection Time of its peers; then ever later. */
const restart = { firstSeconds: 0.1, longestSeconds: 30, forgetAfterSeconds: 60 } as const;
/** Megabytes: a thousand sessions need less. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 } as const;

const cache = fileURLToPath(new URL("../../node_modules/.cache/manx", import.meta.url));
const inside = new URL("./bfd-worker.ts", import.meta.url).href;
/**
 * The first lines of the thread, in plain JavaScript: with the cache of compiled modules opened before the first module is
 * loaded, the thread does without the compiler of TypeScript, which needs 10 MB.
 */
const entry = `
  require("node:module").enableCompileCache(${JSON.stringify(cache)});
  import(${JSON.stringify(inside)});
`;

interface Watcher {
  readonly way: BfdWay;
  readonly hear: (state: BfdState) => void;
}

/**
 * BFD in a thread of its own, so that nothing the main loop does can make a peer think that we are gone. The thread starts
 * with the first watcher. Should it die, watchers hear AdminDown, which says nothing about the way, and it starts anew.
 */
export class BfdThread implements Bfd {
  readonly #tell: Tell<BfdFact>;
  readonly #data: BfdWorkerData;
  readonly #watchers = new Map<number, Watcher>();
  #worker: Worker | undefined;
  #numbers = 0;
  #startedAt = 0;
  #deaths = 0;
  #isClosed = false;
  #cancelRestart: Cancel = () => {};

  constructor(tell: Tell<BfdFact>, data: BfdWorkerData = {}) {
    this.#tell = tell;
    this.#data = data;
  }

  /** The thread that runs, for tests that end it. */
  get worker(): Worker | undefined {
    return this.#worker;
  }

  watch(way: BfdWay, hear: (state: BfdState) => void): Cancel {
    const watcher = ++this.#numbers;
    this.#watchers.set(watcher, { way, hear });
    if (this.#worker) this.#order({ order: "watch", watcher, way, cautious: false });
    else if (this.#deaths === 0) this.#start(false);
    return () => {
      if (this.#watchers.delete(watcher)) this.#order({ order: "unwatch", watcher });
    };
  }

  /** Tells every peer that BFD is switched off, and ends the thread. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRestart();
    this.#watchers.clear();
    this.#order({ order: "close" });
  }

  #order(order: BfdOrder): void {
    this.#worker?.postMessage(order);
  }

  #start(cautious: boolean): void {
    if (this.#isClosed) return;
    const worker = new Worker(entry, {
      name: "bfd",
      eval: true,
      workerData: this.#data,
      resourceLimits,
    });
    this.#worker = worker;
    this.#startedAt = systemClock.now();
    let why = "";
    worker.on("message", (report: BfdReport) => this.#hear(report));
    worker.on("error", (error) => {
      why = error.message;
    });
    worker.on("exit", (code) => this.#ended(why || `it ended with code ${code}`));
    // Peers are watched for BGP's sake: when nothing else is left to do, the process may end.
    worker.unref();
    for (const [watcher, { way }] of this.#watchers) this.#order({ order: "watch", watcher, way, cautious });
  }

  #hear(report: BfdReport): void {
    if (report.report === "fact") this.#tell(report.fact);
    else this.#watchers.get(report.watcher)?.hear(report.state);
  }

  #ended(why: string): void {
    this.#worker = undefined;
    if (this.#isClosed) return;
    const { firstSeconds, longestSeconds, forgetAfterSeconds } = restart;
    if (systemClock.now() - this.#startedAt > seconds(forgetAfterSeconds)) this.#deaths = 0;
    const restartSeconds = Math.min(longestSeconds, firstSeconds * 4 ** this.#deaths++);
    this.#tell({ fact: "bgp.bfd-worker-ended", why, restartSeconds });
    this.#cancelRestart = systemClock.after(seconds(restartSeconds), () => this.#start(true));
    for (const { hear } of [...this.#watchers.values()])
      hear({ state: "AdminDown", reason: `BFD starts anew: ${why}` });
  }
}
