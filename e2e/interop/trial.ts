import type { BgpRoute } from "../../agent/api/bgp.ts";
import { Prober } from "../lab/prober.ts";
import { waitFor } from "../lab/wait.ts";
import type { Daemon, DaemonKind, PathSeen } from "./daemon.ts";
import type { Link } from "./link.ts";
import { OurSpeaker } from "./ours.ts";
import type { Outcome } from "./outcome.ts";
import { type RowKey, rows } from "./rows.ts";

/** Longest wait for anything that a daemon or we should do: ten times what it takes on an idle machine. */
const deadlineMs = 60_000;

/** One daemon in one experiment: the lab, both sides, and the cells that came out of it. */
export class Trial {
  readonly kind: DaemonKind;
  readonly link: Link;
  readonly daemon: Daemon;
  readonly ours: OurSpeaker;
  readonly outcomes = new Map<RowKey, Outcome>();

  constructor(kind: DaemonKind, link: Link) {
    this.kind = kind;
    this.link = link;
    this.daemon = kind.open(link.them);
    this.ours = new OurSpeaker(link.us);
  }

  /** Why this daemon has no such row, or empty. */
  static lack(kind: DaemonKind, row: RowKey): string {
    return rows[row].needs.map((feature) => kind.lacks[feature] ?? "").find((why) => why !== "") ?? "";
  }

  can(row: RowKey): boolean {
    return Trial.lack(this.kind, row) === "";
  }

  /** Tries one row, unless the daemon lacks what it needs; `check` may answer a note for the cell. */
  async row(row: RowKey, check: () => Promise<unknown>): Promise<void> {
    if (!this.can(row)) return;
    try {
      const note = await check();
      this.outcomes.set(row, { is: "ok", note: typeof note === "string" ? note : "" });
    } catch (cause) {
      this.outcomes.set(row, { is: "failed", error: this.#told(row, cause as Error) });
    }
  }

  /** Waits until `look` is true, for as long as anything may take. @throws LabError when it never is */
  async until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
    await waitFor(what, deadlineMs, async () => ((await look()) ? true : undefined));
  }

  /** Waits until both sides call a session up. */
  async established(theirAddress: string, ourAddress: string): Promise<void> {
    await this.until(`${this.kind.name} is Established with ${ourAddress}`, () =>
      this.daemon.isEstablished(ourAddress),
    );
    await this.until(`we are Established with ${theirAddress}`, async () => {
      return (await this.ours.peer(theirAddress)).state === "Established";
    });
  }

  /** The path of a prefix that the daemon has from a neighbour, once it has one. */
  async pathThere(prefix: string, from: string): Promise<PathSeen> {
    return waitFor(`${this.kind.name} has ${prefix} from ${from}`, deadlineMs, async () => {
      return (await this.daemon.paths(prefix)).find((path) => path.from === from);
    });
  }

  /** The path of a prefix that we have from a peer, once we have one. */
  async pathHere(prefix: string, from: string): Promise<BgpRoute> {
    return waitFor(`we have ${prefix} from ${from}`, deadlineMs, async () => {
      return (await this.ours.pathsFrom(from, prefix))[0];
    });
  }

  /** A prober with its sockets in the machines behind both routers. */
  async prober(): Promise<Prober> {
    const prober = await oneAfterTheOther();
    for (const name of ["ourback", "theirback"]) await prober.enter(name, this.link.ground.netnsPath(name));
    return prober;
  }

  #told(row: RowKey, cause: Error): Error {
    const words = [`--- ${this.kind.name}:`, this.daemon.lastWords(), "--- manx speaker:", this.ours.lastWords()];
    return new Error(`${rows[row].title}: ${cause.message}\n${words.join("\n")}`, { cause });
  }
}

let last: Promise<unknown> = Promise.resolve();

/** Two labs that begin together must not both compile the prober. */
function oneAfterTheOther(): Promise<Prober> {
  const prober = last.then(() => Prober.start());
  last = prober.catch(() => {});
  return prober;
}
