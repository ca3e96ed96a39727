import { isCursor } from "../../bgp/speaker/list-routes.ts";
import { ManxError } from "../../lib/error.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { BgpRequest } from "../api/bgp.ts";

/** A `bgp.…` request that cannot be answered: a field is wrong, a peer is unknown, or no speaker runs. */
export class BgpRequestError extends ManxError<
  "agent/bad-bgp-request" | "agent/no-such-peer" | "agent/bgp-off",
  { readonly field?: string }
> {}

type Check = readonly [field: string, holds: (value: unknown) => boolean, want: string, required?: true];

const isName = (value: unknown): boolean => typeof value === "string" && value.length > 0 && value.length <= 100;
const oneOf =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === "string" && words.includes(value);
const isPrefix = (value: unknown): boolean => isName(value) && parsePrefix(value as string) !== undefined;
const prefixWant = "a prefix or an address";

const fields: Readonly<Record<BgpRequest["do"], readonly Check[]>> = {
  "bgp.peers": [],
  "bgp.peer": [["name", isName, "the address of a peer, with %interface when it is link-local", true]],
  "bgp.explain": [["prefix", isPrefix, prefixWant, true]],
  "bgp.routes": [
    ["view", oneOf("best", "all", "received", "advertised"), "best, all, received or advertised"],
    ["family", oneOf("ipv4", "ipv6"), "ipv4 or ipv6"],
    ["prefix", isPrefix, prefixWant],
    ["peer", isName, "the name of a peer"],
    ["limit", (value) => Number.isInteger(value) && 1 <= Number(value) && Number(value) <= 1000, "1 to 1000"],
    ["cursor", (value) => typeof value === "string" && isCursor(value), "`next` of the page before"],
  ],
};

/** Whether a line of the socket asks about BGP. */
export function isBgpRequest(line: unknown): boolean {
  const { do: what } = (typeof line === "object" && line !== null ? line : {}) as { readonly do?: unknown };
  return typeof what === "string" && what.startsWith("bgp.");
}

/**
 * The request about BGP that a line of the socket makes.
 * @throws BgpRequestError naming the field, its value and what would be right.
 */
export function readBgpRequest(line: unknown): BgpRequest {
  const request = (typeof line === "object" && line !== null ? line : {}) as Readonly<Record<string, unknown>>;
  const bad = (field: string, value: unknown, want: string): never => {
    const shown = JSON.stringify(value)?.slice(0, 100) ?? "nothing";
    throw new BgpRequestError("agent/bad-bgp-request", `${field} = ${shown}: ${want} would be right`, { field });
  };
  const what = request["do"];
  if (typeof what !== "string" || !Object.hasOwn(fields, what))
    return bad("do", what, `one of ${Object.keys(fields).join(", ")}`);
  const checks = fields[what as BgpRequest["do"]];
  for (const [field, holds, want, required] of checks) {
    const value = request[field];
    if (value === undefined ? required : !holds(value)) bad(field, value, want);
  }
  const known = ["do", ...checks.map(([field]) => field)];
  for (const field of Object.keys(request))
    if (!known.includes(field)) bad(field, request[field], `no such field; one of ${known.join(", ")}`);
  if (request["view"] === "advertised" && request["peer"] === undefined)
    return bad("peer", undefined, "the peer that was told");
  return request as unknown as BgpRequest;
}

/** What to say of a peer that nobody knows. */
export function noSuchPeer(name: string): BgpRequestError {
  return new BgpRequestError("agent/no-such-peer", `no peer is named ${name}; \`bgp peers\` lists them`, {});
}
