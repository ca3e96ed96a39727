import type { Clock } from "../../lib/clock.ts";
import { ManxError } from "../../lib/error.ts";
import type { DrainAnswer, DrainingRequest, DrainRequest } from "../api/drain.ts";
import type { BgpService } from "./bgp-service.ts";

/** A request about draining that cannot be done: a field is wrong, or no speaker runs. */
export class DrainError extends ManxError<"agent/bad-drain" | "agent/bgp-off", { readonly field?: string }> {}

/** Longest time for which routes may stay tagged, seconds. */
const longestWait = 3600;
/** How much text a Cease can carry, octets (RFC 9003 2). */
const textLimit = 255;

/** Whether a line of the socket asks about draining. */
export function isDrainingRequest(line: unknown): boolean {
  const { do: what } = (typeof line === "object" && line !== null ? line : {}) as { readonly do?: unknown };
  return typeof what === "string" && what.startsWith("node.");
}

/** The request about draining that a line makes. @throws DrainError naming the field and what would be right */
export function readDrainingRequest(line: unknown): DrainingRequest {
  const request = (typeof line === "object" && line !== null ? line : {}) as Readonly<Record<string, unknown>>;
  const bad = (field: string, want: string): never => {
    const shown = JSON.stringify(request[field])?.slice(0, 100) ?? "nothing";
    throw new DrainError("agent/bad-drain", `${field} = ${shown}: ${want} would be right`, { field });
  };
  const { do: what, waitSeconds, text } = request;
  if (what === "node.resume" || what === "node.drain-state") return { do: what };
  if (what !== "node.drain") return bad("do", "node.drain, node.resume or node.drain-state");
  const isWait = Number.isInteger(waitSeconds) && 0 <= Number(waitSeconds) && Number(waitSeconds) <= longestWait;
  if (!isWait) return bad("waitSeconds", `whole seconds from 0 to ${longestWait}`);
  const isText = text === undefined || (typeof text === "string" && new TextEncoder().encode(text).length <= textLimit);
  if (!isText) return bad("text", `at most ${textLimit} octets`);
  return request as unknown as DrainRequest;
}

/** The drain of a node: answers the socket, and knows how far it is. It does not outlive the process. */
export class NodeDrain {
  readonly #bgp: () => BgpService | undefined;
  readonly #clock: Clock;
  #endsAt: number | undefined;

  constructor(bgp: () => BgpService | undefined, clock: Clock) {
    this.#bgp = bgp;
    this.#clock = clock;
  }

  /** @throws DrainError */
  answer(line: unknown): DrainAnswer {
    const request = readDrainingRequest(line);
    const bgp = this.#bgp();
    if (!bgp) throw new DrainError("agent/bgp-off", "no BGP speaker is running; see `node status`", {});
    if (request.do === "node.resume") {
      this.#endsAt = undefined;
      bgp.resume();
    } else if (request.do === "node.drain" && !bgp.isDrained) this.#drain(bgp, request);
    return this.#state(bgp);
  }

  #drain(bgp: BgpService, { waitSeconds, text }: DrainRequest): void {
    const ended = (): void => {
      this.#endsAt = undefined;
    };
    if (!bgp.drain({ waitSeconds, ...(text !== undefined && { text }) }, ended))
      throw new DrainError("agent/bgp-off", "no BGP speaker is running; see `node status`", {});
    this.#endsAt = this.#clock.now() + waitSeconds * 1000;
  }

  #state(bgp: BgpService): DrainAnswer {
    const peers = bgp.status()?.peers ?? [];
    const sessions = peers.filter(({ state }) => state === "Established").length;
    if (bgp.isDrained) return { ok: true, state: "drained", secondsLeft: 0, sessions };
    if (this.#endsAt === undefined) return { ok: true, state: "serving", secondsLeft: 0, sessions };
    const secondsLeft = Math.max(0, Math.ceil((this.#endsAt - this.#clock.now()) / 1000));
    return { ok: true, state: "draining", secondsLeft, sessions };
  }
}
