import { closeSync, openSync, readFileSync } from "node:fs";
import type { PeerState, SpeakerStatus } from "../../bgp/speaker/status.ts";
import { waitFor } from "../lab/wait.ts";
import type { Host } from "./host.ts";

const root = new URL("../..", import.meta.url).pathname;

/** One line of the log of `manx speaker`. */
export interface Fact {
  readonly msg: string;
  readonly peer?: string;
  readonly [name: string]: unknown;
}

/** Our side: `manx speaker` on one machine of the link, seen through its log and its status. */
export class OurSpeaker {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Starts `manx speaker` with a configuration that is also JSON, and waits until it listens. */
  async start(config: object): Promise<void> {
    const path = this.#host.file("speaker.yaml", JSON.stringify(config, null, 1), 0o600);
    const before = this.facts().filter(({ msg }) => msg === "bgp.listening").length;
    this.#host.start("speaker", [`${root}bin/manx`, "speaker", "--config", path]);
    await waitFor("manx speaker listens", 15_000, async () => {
      if (!this.#host.isRunning("speaker")) throw new Error(`manx speaker ended: ${this.lastWords()}`);
      return this.facts().filter(({ msg }) => msg === "bgp.listening").length > before ? true : undefined;
    });
  }

  /** SIGTERM: closes without a word. SIGKILL: a crash. */
  async end(how: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#host.end("speaker", how);
  }

  /** Everything it told so far, in order. */
  facts(): Fact[] {
    return readLog(this.#host.logOf("speaker"));
  }

  /** Its status now. */
  async status(): Promise<SpeakerStatus> {
    const count = (): Fact[] => this.facts().filter(({ msg }) => msg === "status");
    const before = count().length;
    this.#host.signal("speaker", "SIGUSR1");
    return waitFor("manx speaker tells its status", 5000, async () => {
      const all = count();
      return all.length > before ? (all.at(-1) as unknown as SpeakerStatus) : undefined;
    });
  }

  /** One peer as the status has it. */
  async peer(name: string): Promise<PeerState> {
    const { peers } = await this.status();
    const found = peers.find((peer) => peer.name === name);
    if (!found)
      throw new Error(`manx speaker knows no peer ${name}, only ${peers.map((peer) => peer.name).join(", ")}`);
    return found;
  }

  lastWords(): string {
    return this.#host.lastWords("speaker");
  }
}

function readLog(path: string): Fact[] {
  try {
    closeSync(openSync(path, "r"));
  } catch {
    return [];
  }
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Fact] : []));
}
