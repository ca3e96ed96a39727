import { unreachable } from "../../../lib/error.ts";
import type { Verdict } from "../../scenario/expectation.ts";
import type { Told } from "../../scenario/play.ts";
import type { Sights } from "../witness.ts";
import { matrix } from "./matrix.ts";
import type { Screen } from "./screen.ts";
import { table } from "./table.ts";

/** Shows a performance as it happens: chapters, steps with their verdicts, and what was seen where a table says more. */
export class Presenter {
  readonly #screen: Screen;
  readonly #sights: () => Sights;
  #chapter = 0;

  constructor(screen: Screen, sights: () => Sights) {
    this.#screen = screen;
    this.#sights = sights;
  }

  hear(told: Told): void {
    const { style } = this.#screen;
    switch (told.told) {
      case "chapter":
        this.#screen.line(`\n${style.bold(`${++this.#chapter}. ${told.chapter.title}`)}`);
        this.#screen.line(`   ${style.dim(told.chapter.about)}`);
        break;
      case "began":
        this.#screen.progress(told.text);
        break;
      case "did":
        this.#screen.line(`   ${style.dim("·")} ${told.text}  ${style.dim(time(told.ms))}`);
        break;
      case "waiting":
        this.#screen.progress(`waiting: ${told.verdicts.find((verdict) => !verdict.held)!.what}`);
        break;
      case "judged":
        this.#verdicts(told.verdicts, told.ms, "expect" in told.step && told.step.expect === "reach");
        this.#more(told.step);
        break;
      case "ended":
        break;
      default:
        unreachable(told);
    }
  }

  #verdicts(verdicts: readonly Verdict[], ms: number, isMatrix: boolean): void {
    const { style } = this.#screen;
    if (isMatrix && verdicts.every((verdict) => verdict.held)) {
      this.#screen.line(`   ${style.good("✓")} ${this.#sights().reach.length} tries go as written, sources kept`);
      return;
    }
    for (const { what, held, seen } of verdicts) {
      if (held) this.#screen.line(`   ${style.good("✓")} ${what}`);
      else this.#screen.line(`   ${style.bad(`✗ ${what}`)}: ${seen}  ${style.dim(`after ${time(ms)}`)}`);
    }
  }

  #more(step: Extract<Told, { told: "judged" }>["step"]): void {
    const lines = "expect" in step ? this.#tableOf(step.expect) : [];
    if (lines.length === 0) return;
    this.#screen.line("");
    for (const line of lines) this.#screen.line(`     ${line}`);
    this.#screen.line("");
  }

  #tableOf(expect: string): string[] {
    const sights = this.#sights();
    if (expect === "reach") return matrix(sights.reach, this.#screen.style);
    if (expect === "routes") return table(sights.routes.map((route) => [route.prefix, "via", route.via]));
    if (expect === "addresses") {
      return table(sights.pods.map((p) => [p.pod, "on", p.node, p.addresses.ipv4, p.addresses.ipv6]));
    }
    return [];
  }
}

function time(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
