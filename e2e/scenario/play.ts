import type { Clock } from "../../lib/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { type Action, describeAction } from "./action.ts";
import type { Driver } from "./driver.ts";
import type { Verdict } from "./expectation.ts";
import { judge } from "./judge/judge.ts";
import type { Chapter, Scenario, Step } from "./scenario.ts";
import type { Addresses } from "./topology.ts";

/** What a player tells while it plays, for whoever watches. */
export type Told =
  | { readonly told: "chapter"; readonly chapter: Chapter }
  | { readonly told: "began"; readonly text: string }
  | { readonly told: "did"; readonly text: string; readonly ms: number }
  /** Something expected does not hold yet; told at each look. */
  | { readonly told: "waiting"; readonly verdicts: readonly Verdict[] }
  | { readonly told: "judged"; readonly step: Step; readonly verdicts: readonly Verdict[]; readonly ms: number }
  | { readonly told: "ended"; readonly chapter: Chapter };

/** How long the player rests between two looks at something that does not hold yet. */
const rest = millis(200);

/** Plays one scenario on one driver. Made for one performance. */
class Player {
  readonly #scenario: Scenario;
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #tell: Audience;
  readonly #addresses = new Map<string, Addresses>();

  constructor(scenario: Scenario, driver: Driver, clock: Clock, tell: Audience) {
    this.#scenario = scenario;
    this.#driver = driver;
    this.#clock = clock;
    this.#tell = tell;
  }

  async chapter(chapter: Chapter): Promise<Verdict[]> {
    const all: Verdict[] = [];
    await this.#tell({ told: "chapter", chapter });
    for (const step of chapter.steps) {
      if ("do" in step) await this.#carryOut(step);
      else all.push(...(await this.#waitFor(step)));
    }
    await this.#tell({ told: "ended", chapter });
    return all;
  }

  async #carryOut(action: Action): Promise<void> {
    const begun = this.#clock.now();
    await this.#tell({ told: "began", text: describeAction(action) });
    await this.#driver.act(action);
    if (action.do === "attach")
      for (const pod of await this.#driver.pods()) this.#addresses.set(pod.pod, pod.addresses);
    await this.#tell({ told: "did", text: describeAction(action), ms: this.#clock.now() - begun });
  }

  async #waitFor(step: Exclude<Step, Action>): Promise<readonly Verdict[]> {
    const begun = this.#clock.now();
    const deadline = begun + seconds(step.withinSeconds);
    for (;;) {
      const verdicts = await judge(step, this.#scenario.topology, this.#driver, { addresses: this.#addresses });
      if (verdicts.every((verdict) => verdict.held) || this.#clock.now() >= deadline) {
        await this.#tell({ told: "judged", step, verdicts, ms: this.#clock.now() - begun });
        return verdicts;
      }
      await this.#tell({ told: "waiting", verdicts });
      await new Promise<void>((resolve) => this.#clock.after(rest, resolve));
    }
  }
}

/** Hears what happens; the player waits for it, so that an audience may look at the cluster in peace. */
export type Audience = (told: Told) => void | Promise<void>;

/**
 * Plays every chapter on a driver that has been raised already, and answers all verdicts. It goes on after a verdict
 * that does not hold, since the later ones may say why; it rejects only when the driver does.
 */
export async function play(
  scenario: Scenario,
  driver: Driver,
  clock: Clock,
  tell: Audience = () => {},
): Promise<readonly Verdict[]> {
  const player = new Player(scenario, driver, clock, tell);
  const all: Verdict[] = [];
  for (const chapter of scenario.chapters) all.push(...(await player.chapter(chapter)));
  return all;
}
