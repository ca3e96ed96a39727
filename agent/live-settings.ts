import type { FelixConfiguration } from "../datastore/model/felix-configuration.ts";
import type { Tell } from "../lib/fact.ts";
import type { FelixSettings } from "./config/felix.ts";
import { takeLive } from "./config/live.ts";
import { felixSettings, problemText, type Variables } from "./config/read.ts";
import type { AgentFact } from "./fact.ts";

/**
 * Felix's settings of a running agent. Until it is frozen everything that a FelixConfiguration says counts; from then on what
 * can change while the agent runs, and the rest is told to wait, once for every set of fields that waits.
 */
export class LiveSettings {
  readonly #layers: readonly Variables[];
  readonly #tell: Tell<AgentFact>;
  #current: FelixSettings;
  #isFrozen = false;
  #waiting = "";
  #told: ReadonlySet<string> = new Set();

  /** `layers` are the configuration file and the environment, weakest first. */
  constructor(layers: readonly Variables[], tell: Tell<AgentFact>) {
    this.#layers = layers;
    this.#tell = tell;
    this.#current = felixSettings(layers, []).settings;
  }

  get current(): FelixSettings {
    return this.#current;
  }

  /** Fields that wait for the next start, with commas; empty when none does. */
  get waiting(): string {
    return this.#waiting;
  }

  /** From here on the kernel is programmed by what the settings are. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Takes in the FelixConfigurations that hold for this node, weakest first. Answers whether anything is other than before. */
  read(resources: readonly FelixConfiguration[]): boolean {
    const sources = resources.map(({ metadata, spec }) => ({ name: metadata.name, spec }));
    const { settings: wanted, problems } = felixSettings(this.#layers, sources);
    this.#tellNew(problems.map(problemText));
    const { settings, waiting } = this.#isFrozen ? takeLive(this.#current, wanted) : { settings: wanted, waiting: [] };
    this.#await(waiting.join(", "));
    if (JSON.stringify(settings) === JSON.stringify(this.#current)) return false;
    this.#current = settings;
    return true;
  }

  #await(waiting: string): void {
    if (waiting !== "" && waiting !== this.#waiting) {
      const problem = `FelixConfiguration: ${waiting}: takes effect when the agent restarts; the other fields already hold`;
      this.#tell({ fact: "agent.configuration", problem });
    }
    this.#waiting = waiting;
  }

  #tellNew(problems: readonly string[]): void {
    for (const problem of problems) if (!this.#told.has(problem)) this.#tell({ fact: "agent.configuration", problem });
    this.#told = new Set(problems);
  }
}
