import { type Style, styleFor } from "./style.ts";

/** How often a long step says that it goes on, where the line cannot be written over. */
const patienceMs = 5000;

/** Where lines go. On a terminal a progress line is written over; elsewhere it is said again only now and then. */
export class Screen {
  readonly style: Style;
  readonly #out: NodeJS.WriteStream;
  readonly #isTerminal: boolean;
  #progress = "";
  #saidAt = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#isTerminal = out.isTTY === true;
    this.style = styleFor(this.#isTerminal);
  }

  /** A line that stays. */
  line(text: string): void {
    this.#wipe();
    this.#saidAt = performance.now();
    this.#out.write(`${text}\n`);
  }

  /** What is going on now; replaced by whatever comes next. */
  progress(text: string): void {
    if (this.#isTerminal) {
      this.#wipe();
      this.#progress = `   … ${text}`.slice(0, (this.#out.columns ?? 100) - 1);
      this.#out.write(this.#progress);
    } else if (performance.now() - this.#saidAt > patienceMs) this.line(`   … ${text}`);
  }

  #wipe(): void {
    if (this.#progress !== "") this.#out.write("\r\x1b[K");
    this.#progress = "";
  }
}
