import { writeFileSync } from "node:fs";
import type { PodSpec } from "../scenario/topology.ts";
import { storeName } from "./fabric.ts";
import type { Ground } from "./ground.ts";
import { type Ran, run, tryRun } from "./run.ts";
import type { StoreAccess } from "./store-access.ts";

const program = new URL("../../bin/manxctl", import.meta.url).pathname;

/** `manxctl` as a user of the lab runs it: on the machine of the datastore, or against a node's agent. */
export class Manxctl {
  readonly #ground: Ground;
  readonly #access: StoreAccess;
  #files = 0;

  constructor(ground: Ground, access: StoreAccess) {
    this.#ground = ground;
    this.#access = access;
  }

  /** Applies or deletes the resources of a text. */
  async resources(verb: "apply" | "delete", yaml: string): Promise<void> {
    const file = `${this.#ground.folderOf(storeName)}/resources-${this.#files++}.yaml`;
    writeFileSync(file, yaml);
    await run(program, [verb, "-f", file], this.#options());
  }

  /** Any command against the datastore, however it ends. */
  try(args: readonly string[]): Promise<Ran> {
    return tryRun(program, args, this.#options());
  }

  /** Attaches a pod by its node's agent. */
  async attach(pod: PodSpec, runDir: string, netnsPath: string): Promise<void> {
    const labels = Object.entries(pod.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    const args = ["workload", "add", pod.name, "--namespace", pod.namespace, "--netns", netnsPath, ...labels];
    await run(program, args, { env: { MANX_RUN_DIR: runDir } });
  }

  /** Detaches a pod by its node's agent. */
  async detach(pod: PodSpec, runDir: string, netnsPath: string): Promise<void> {
    const args = ["workload", "del", pod.name, "--namespace", pod.namespace, "--netns", netnsPath];
    await run(program, args, { env: { MANX_RUN_DIR: runDir } });
  }

  #options(): { netns: string; env: StoreAccess } {
    return { netns: this.#ground.netns(storeName), env: this.#access };
  }
}
