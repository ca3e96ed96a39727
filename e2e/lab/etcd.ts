import type { Topology } from "../scenario/topology.ts";
import { LabError } from "./error.ts";
import { storeAddresses, storeName } from "./fabric.ts";
import type { Ground } from "./ground.ts";
import type { Processes, ProcessId } from "./processes.ts";
import { tryRun } from "./run.ts";
import { waitFor } from "./wait.ts";

/** A real etcd on the fabric. Its data outlives `stop`. */
export class Etcd {
  readonly endpoint: string;
  readonly #ground: Ground;
  readonly #processes: Processes;
  #running: ProcessId | undefined;

  constructor(topology: Topology, ground: Ground, processes: Processes) {
    this.endpoint = `http://${storeAddresses(topology).ipv4}:2379`;
    this.#ground = ground;
    this.#processes = processes;
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    if (this.#running) return;
    const netns = this.#ground.netns(storeName);
    const urls = ["--listen-client-urls", this.endpoint, "--advertise-client-urls", this.endpoint];
    const data = ["--data-dir", `${this.#ground.folderOf(storeName)}/etcd`, "--log-level", "warn"];
    this.#running = this.#processes.start("etcd", netns, ["etcd", ...data, ...urls], {});
    const look = async (): Promise<true | undefined> => {
      const options = { netns, env: { ETCDCTL_API: "3" } };
      const ran = await tryRun("etcdctl", ["--endpoints", this.endpoint, "endpoint", "health"], options);
      return ran.code === 0 ? true : undefined;
    };
    await waitFor("etcd answers", 20_000, look).catch((cause: unknown) => {
      throw new LabError("etcd", `does not answer: ${this.#processes.lastWords("etcd")}`, { cause });
    });
  }

  /** Kills it, as a machine that fails would. */
  async stop(): Promise<void> {
    if (this.#running) await this.#processes.end("etcd", this.#running, "SIGKILL");
    this.#running = undefined;
  }
}
