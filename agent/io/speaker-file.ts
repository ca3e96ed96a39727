import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import type { Logger } from "pino";
import { applyChange } from "../../bgp/plan/apply.ts";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import { readSpeakerConfig, type SpeakerReading, type SpeakerSettings } from "../speaker/config.ts";
import { planSettings, reloadObstacles } from "../speaker/reload.ts";
import type { UnnumberedPeers } from "../unnumbered/peers.ts";

/** What a configuration file says, or every mistake in it; a file that cannot be read is one mistake. */
export function readSpeakerFile(file: string): SpeakerReading {
  try {
    return readSpeakerConfig(load(readFileSync(file, "utf8")));
  } catch (error) {
    return { ok: false, mistakes: [(error as Error).message] };
  }
}

/** Keeps a running speaker at what its file says: `reload` reads it again, does what differs and logs each step. */
export class SpeakerFile {
  readonly #file: string;
  readonly #speaker: Speaker;
  readonly #unnumbered: UnnumberedPeers | undefined;
  readonly #log: Logger;
  readonly #started: SpeakerSettings;
  #running: SpeakerSettings;

  /** @param unnumbered absent: this process began without router discovery */
  constructor(file: string, settings: SpeakerSettings, speaker: Speaker, log: Logger, unnumbered?: UnnumberedPeers) {
    this.#file = file;
    this.#speaker = speaker;
    this.#unnumbered = unnumbered;
    this.#log = log;
    this.#started = settings;
    this.#running = settings;
  }

  /** A file with mistakes, or one that needs parts this process has not, changes nothing; the reasons are logged. */
  reload(): void {
    const reading = readSpeakerFile(this.#file);
    const reasons = reading.ok ? reloadObstacles(this.#started, reading.settings) : reading.mistakes;
    if (!reading.ok || reasons.length > 0) {
      this.#log.error({ file: this.#file, reasons }, "speaker.reload-refused");
      return;
    }
    const wanted = reading.settings;
    const steps = planSettings(this.#running, wanted);
    for (const { action, subject, name, fields } of steps) {
      const level = action === "restart" ? "warn" : "info";
      this.#log[level]({ action, subject, name, fields: fields.map(({ field }) => field) }, "speaker.reload-step");
    }
    applyChange(this.#speaker, this.#running, wanted);
    this.#unnumbered?.set(wanted.unnumberedPeers);
    // What only a restart can change is still what it was.
    const { speaker, kernel, metrics } = this.#running;
    this.#running = { ...wanted, speaker, kernel, ...(metrics && { metrics }) };
    this.#log.info({ file: this.#file, steps: steps.length }, "speaker.reloaded");
  }
}
