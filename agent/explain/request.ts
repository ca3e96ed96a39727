import { ManxError } from "../../lib/error.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { ExplainRequest } from "../api/explain.ts";

/** A `policy.…` request that cannot be answered: a field is wrong, or there is no firewall yet to be asked. */
export class ExplainError extends ManxError<
  "agent/bad-policy-request" | "agent/no-firewall",
  { readonly field?: string }
> {}

type Check = readonly [field: string, holds: (value: unknown) => boolean, want: string, required?: true];

const isName = (value: unknown): boolean => typeof value === "string" && value.length > 0 && value.length <= 1024;
const isAddress = (value: unknown): boolean => typeof value === "string" && parseAddress(value) !== undefined;
const upTo =
  (most: number, least = 0) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const isInterface = (value: unknown): boolean => typeof value === "string" && /^[^\s/]{1,15}$/.test(value);

const endpoint: Check = ["endpoint", isName, "namespace/pod of an endpoint"];

const fields: Readonly<Record<ExplainRequest["do"], readonly Check[]>> = {
  "policy.counters": [
    [
      "rules",
      (value) => Array.isArray(value) && value.length <= 1000 && value.every(isName),
      "at most 1,000 names of rules",
    ],
    ["policy", isName, "the name of a policy"],
    endpoint,
  ],
  "policy.trace": [
    ["source", isAddress, "an address", true],
    ["destination", isAddress, "an address", true],
    ["protocol", upTo(255, 1), "a protocol number from 1 to 255", true],
    ["sourcePort", upTo(65535), "a port"],
    ["destinationPort", upTo(65535), "a port"],
    ["icmpType", upTo(255), "a type from 0 to 255"],
    ["icmpCode", upTo(255), "a code from 0 to 255"],
    ["inInterface", isInterface, "an interface name of at most 15 characters"],
    ["outInterface", isInterface, "an interface name of at most 15 characters"],
  ],
  "policy.drops": [["after", upTo(Number.MAX_SAFE_INTEGER), "`next` of the answer before"], endpoint],
};

/** Whether a line of the socket asks about policy. */
export function isExplainRequest(line: unknown): boolean {
  const { do: what } = (typeof line === "object" && line !== null ? line : {}) as { readonly do?: unknown };
  return typeof what === "string" && what.startsWith("policy.");
}

/**
 * The request about policy that a line of the socket makes.
 * @throws ExplainError naming the field, its value and what would be right
 */
export function readExplainRequest(line: unknown): ExplainRequest {
  const request = (typeof line === "object" && line !== null ? line : {}) as Readonly<Record<string, unknown>>;
  const bad = (field: string, value: unknown, want: string): never => {
    const shown = JSON.stringify(value)?.slice(0, 100) ?? "nothing";
    throw new ExplainError("agent/bad-policy-request", `${field} = ${shown}: ${want} would be right`, { field });
  };
  const what = request["do"];
  if (typeof what !== "string" || !Object.hasOwn(fields, what))
    return bad("do", what, `one of ${Object.keys(fields).join(", ")}`);
  const checks = fields[what as ExplainRequest["do"]];
  for (const [field, holds, want, required] of checks) {
    const value = request[field];
    if (value === undefined ? required : !holds(value)) bad(field, value, want);
  }
  const known = ["do", ...checks.map(([field]) => field)];
  for (const field of Object.keys(request))
    if (!known.includes(field)) bad(field, request[field], `no such field; one of ${known.join(", ")}`);
  return request as unknown as ExplainRequest;
}
