import type { Family } from "../../net/family.ts";
import { type Ineligible, staleness } from "../rib/path-table.ts";
import type { Rib } from "../rib/rib.ts";
import type { ImportPeer } from "./import-rules.ts";

/** Judges one path; `Import` does. */
export interface Judge {
  judge(peer: ImportPeer, family: Family, prefix: number, received: number): number;
  readonly reason: Ineligible;
}

interface Run {
  readonly peer: ImportPeer;
  readonly judge: Judge;
  /** The next path to look at. */
  at: number;
}

/**
 * Import filters run anew over what peers have sent already, bit by bit (soft reconfiguration): for one family, from the
 * sets as received. No peer is asked for anything.
 */
export class Reimports {
  readonly #rib: Rib;
  readonly #runs = new Map<number, Run>();

  constructor(rib: Rib) {
    this.#rib = rib;
  }

  /** Whether paths wait to be judged anew. */
  get isBusy(): boolean {
    return this.#runs.size > 0;
  }

  /** Everything of this peer is judged by the rules it carries now; a run that is under way begins again. */
  begin(peer: ImportPeer, judge: Judge): void {
    this.#runs.set(peer.index, { peer, judge, at: 1 });
  }

  /** The peer is gone; so are its rules. */
  cancel(peer: number): void {
    this.#runs.delete(peer);
  }

  /** Looks at `count` paths more; whether there are others. */
  run(count: number): boolean {
    for (const run of this.#runs.values()) {
      const { limit, prefix, peer, stale } = this.#rib.paths;
      const end = Math.min(limit, run.at + count);
      for (; run.at < end; run.at++) {
        const path = run.at;
        const isTheirs = prefix[path] !== 0 && peer[path] === run.peer.index;
        if (isTheirs && stale[path] !== staleness.condemned) this.#judge(run, path);
      }
      if (run.at >= limit) this.#runs.delete(run.peer.index);
      break;
    }
    return this.isBusy;
  }

  #judge({ peer, judge }: Run, path: number): void {
    const { paths, adjRibIn, attributes, family } = this.#rib;
    const received = paths.received(path);
    const judged = judge.judge(peer, family, paths.prefix[path]!, received);
    attributes.hold(judged);
    const isLongLived = paths.stale[path] === staleness.longLived;
    const used = isLongLived ? adjRibIn.longLived.of(judged) : judged;
    attributes.hold(used);
    adjRibIn.replace(path, used, judge.reason, received);
    attributes.drop(used);
    attributes.drop(judged);
  }
}
