import { blockPath, handlePath } from "../../datastore/ipam-key.ts";
import { root } from "../../datastore/key.ts";
import { BadHandle, BadSequenceNumber } from "../../ipam/error.ts";
import { seconds } from "../../lib/unit.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { allocatorFor } from "../allocator.ts";
import { pause } from "../pause.ts";
import type { RemoteStatus } from "../remote-status-text.ts";
import type { Session } from "../session.ts";
import type { Shell } from "../shell.ts";
import { type Findings, findingsIn } from "./findings.ts";
import { type AskNode, judge, wholeHandles } from "./proof.ts";
import { type Given, type Survey, surveyOf } from "./survey.ts";

/** Calico's plugin writes a handle before the block, and gives up after 90 s: an older one without addresses is dead. */
const pluginSeconds = 95;

/** A look at everything, as it is now. */
export async function look({ store }: Session): Promise<Survey> {
  return surveyOf(await store.list(root));
}

/** Asks each node once. */
function once(ask: AskNode): AskNode {
  const answers = new Map<string, Promise<RemoteStatus | undefined>>();
  return (node) => {
    const answer = answers.get(node) ?? ask(node);
    answers.set(node, answer);
    return answer;
  };
}

/** Repairs what is dead beyond doubt, and says every step and everything it leaves alone. */
export class Fixer {
  readonly #shell: Shell;
  readonly #session: Session;
  readonly #ask: AskNode;

  constructor(shell: Shell, session: Session, ask: AskNode) {
    this.#shell = shell;
    this.#session = session;
    this.#ask = once(ask);
  }

  /** Addresses first, since giving them back mends handles; then claims; then handles, after a second look. */
  async fix(survey: Survey, findings: Findings): Promise<void> {
    const whole = wholeHandles(findings, survey);
    const judged = new Set(whole.flat());
    for (const one of findings.leaked) {
      if (!judged.has(one)) this.#leave(one.ip, `handle ${one.handle} has other addresses that are in use`);
    }
    for (const some of whole) await this.#release(some, survey);
    await this.#claims(survey, findings);
    await this.#handles(findings);
  }

  #say(text: string): void {
    this.#shell.print(`  ${text}\n`);
  }

  #leave(what: string, why: string): void {
    this.#say(`left alone: ${what}: ${why}`);
  }

  async #release(some: readonly Given[], survey: Survey): Promise<void> {
    const verdicts = [];
    for (const one of some) verdicts.push(await judge(one, survey, this.#shell.clock.wall(), this.#ask));
    const doubt = verdicts.findIndex(({ isDead }) => !isDead);
    const verdict = verdicts[Math.max(doubt, 0)]!;
    if (!verdict.isDead) {
      const because = some.length === 1 ? "" : ` (${some[doubt]!.ip} of the same handle)`;
      for (const { ip } of some) this.#leave(ip, verdict.why + because);
      return;
    }
    for (const one of some) {
      const { address, ip, handle, sequenceNumber } = one;
      const allocator = allocatorFor(this.#shell, this.#session.store, "");
      try {
        await allocator.release([{ address, ...(handle !== "" && { handle }), sequenceNumber }]);
        this.#say(`released ${ip} of handle ${handle || "<none>"}: ${verdict.proof}`);
      } catch (error) {
        if (!(error instanceof BadHandle || error instanceof BadSequenceNumber)) throw error;
        this.#leave(ip, "it was given out anew meanwhile");
      }
    }
  }

  async #claims(survey: Survey, { others, claimsOfNoNode }: Findings): Promise<void> {
    const { store } = this.#session;
    const loose = new Set(others.flatMap(({ kind, about }) => (kind === "affinity-without-block" ? [about] : [])));
    for (const { host, cidr, entry } of survey.claims) {
      const about = `host:${host} on ${formatPrefix(cidr)}`;
      if (!loose.has(about)) continue;
      const both = [
        { key: entry.key, revision: entry.revision },
        { key: blockPath(cidr), revision: 0 },
      ];
      const { committed } = await store.commit(both, [], [entry.key]);
      if (committed) this.#say(`deleted the claim of ${about}: it says confirmed, and the block is not there`);
      else this.#leave(`the claim of ${about}`, "it has changed meanwhile");
    }
    for (const host of new Set(claimsOfNoNode.map((claim) => claim.host))) {
      const freed = await allocatorFor(this.#shell, store, host).releaseAffinities();
      const which = freed.map(formatPrefix).join(", ") || "none";
      this.#say(`took the blocks from host ${host} (${which}): there is no node ${host} and no endpoint of it`);
    }
  }

  async #handles({ orphanHandles }: Findings): Promise<void> {
    if (orphanHandles.length === 0) return;
    this.#say(`waiting ${pluginSeconds} s: a handle without addresses may be one that is just being given its first`);
    await pause(this.#shell.clock, seconds(pluginSeconds));
    const again = new Map(
      findingsIn(await look(this.#session)).orphanHandles.map(({ id, revision }) => [id, revision]),
    );
    for (const { id, revision } of orphanHandles) {
      const key = handlePath(id);
      const isDead = again.get(id) === revision;
      if (isDead && (await this.#session.store.commit([{ key, revision }], [], [key])).committed) {
        this.#say(
          `deleted handle ${id}: no block knew an address of it, ${pluginSeconds} s apart, and nobody wrote it`,
        );
      } else if (again.has(id)) this.#leave(`handle ${id}`, "it was written meanwhile");
    }
  }
}
