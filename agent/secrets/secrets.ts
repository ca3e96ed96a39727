import type { Change } from "../../lib/change.ts";
import type { Cancel } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { AgentFact } from "../fact.ts";
import type { SecretFiles } from "./port.ts";
import { type Secret, sameSecret, secretOf } from "./secret.ts";

/** What secrets need. */
export interface SecretsOptions {
  readonly files: SecretFiles;
  readonly tell: Tell<AgentFact>;
  /** A secret that is followed is another one now, by `name/key`. */
  readonly onSecret: (change: Change<string, Secret>) => void;
  /** Something was told outside of `follow`: there is work. */
  readonly changed: () => void;
}

/**
 * Keeps the secrets that are asked for as their files are: read when first asked for, before `follow` returns, and again
 * whenever their folder changes. Only a value that differs is told.
 */
export class Secrets {
  readonly #options: SecretsOptions;
  readonly #known = new Map<string, Secret>();
  #unwatch: Cancel = () => {};

  constructor(options: SecretsOptions) {
    this.#options = options;
  }

  /** These are the secrets that somebody needs; others are forgotten. */
  follow(paths: ReadonlySet<string>): void {
    const isSame = paths.size === this.#known.size && [...paths].every((path) => this.#known.has(path));
    if (isSame) return;
    for (const path of [...this.#known.keys()]) if (!paths.has(path)) this.#forget(path);
    this.#unwatch();
    // Watching comes first: what changes after the look is heard.
    const names = new Set([...paths].map((path) => path.slice(0, path.indexOf("/"))));
    this.#unwatch = names.size === 0 ? () => {} : this.#options.files.watch(names, () => this.#lookAgain());
    for (const path of [...paths].sort()) this.#look(path);
  }

  close(): void {
    this.#unwatch();
  }

  #lookAgain(): void {
    let isNews = false;
    for (const path of this.#known.keys()) isNews = this.#look(path) || isNews;
    if (isNews) this.#options.changed();
  }

  #look(path: string): boolean {
    const { files, tell, onSecret } = this.#options;
    const octets = files.read(path);
    const name = files.nameOf(path);
    const found: Secret = octets ? secretOf(octets) : { kind: "missing", why: "cannot be read" };
    const value: Secret = found.kind === "text" ? found : { kind: found.kind, why: `${name} ${found.why}` };
    const known = this.#known.get(path);
    if (known && sameSecret(known, value)) return false;
    this.#known.set(path, value);
    const state = value.kind !== "text" ? value.kind : known ? "changed" : "read";
    tell({ fact: "agent.secret", file: name, state });
    onSecret({ kind: "set", key: path, value });
    return true;
  }

  #forget(path: string): void {
    this.#known.delete(path);
    this.#options.onSecret({ kind: "delete", key: path });
  }
}
