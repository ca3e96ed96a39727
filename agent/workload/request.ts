import type { StatusRequest, WorkloadRequest } from "../api/socket.ts";
import { BadWorkloadRequest } from "./attach.ts";

/** DNS-1123 subdomain, as Kubernetes names pods and namespaces. */
const dnsName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const containerName = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,251}[a-zA-Z0-9])?$/;

type Check = readonly [field: string, holds: (value: unknown) => boolean, want: string, required?: true];

const isText = (limit: number) => (value: unknown) =>
  typeof value === "string" && value.length > 0 && value.length <= limit;
const isList = (value: unknown) => Array.isArray(value) && value.length <= 16 && value.every(isText(253));
const matching = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);

function isLabels(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= 256 &&
    entries.every(([key, text]) => key.length <= 317 && typeof text === "string" && text.length <= 63)
  );
}

const checks: readonly Check[] = [
  ["name", matching(dnsName), "a pod's name: lower-case letters, digits, '-' and '.', at most 253", true],
  [
    "namespace",
    matching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
    "a namespace: lower-case letters, digits and '-', at most 63",
    true,
  ],
  ["netns", isText(4096), "the path of a network namespace"],
  ["containerId", matching(containerName), "a container id: letters, digits and '-'"],
  ["ifname", matching(/^[a-zA-Z0-9_-][a-zA-Z0-9_.-]{0,14}$/), "an interface name of at most 15 characters"],
  ["labels", isLabels, "an object of texts, at most 256 of them"],
  ["pools", isList, "a list of pool names or CIDRs"],
  ["addresses", isList, "a list of addresses"],
];

/**
 * The request that a line of the socket makes.
 * @throws BadWorkloadRequest naming the field, its value and what would be right.
 */
export function readRequest(line: unknown): WorkloadRequest | StatusRequest {
  const request = typeof line === "object" && line !== null ? (line as Readonly<Record<string, unknown>>) : {};
  const bad = (field: string, value: unknown, want: string): never => {
    const shown = JSON.stringify(value)?.slice(0, 100) ?? "nothing";
    throw new BadWorkloadRequest("agent/bad-workload", `${field} = ${shown}: ${want} would be right`, { field });
  };
  const what = request["do"];
  if (what === "status") return { do: "status" };
  if (what !== "workload.add" && what !== "workload.del")
    return bad("do", what, "workload.add, workload.del or status");
  for (const [field, holds, want, required] of checks) {
    const value = request[field];
    if (value === undefined && !required) continue;
    if (!holds(value)) return bad(field, value, want);
  }
  const known = new Set(["do", ...checks.map(([field]) => field)]);
  for (const field of Object.keys(request))
    if (!known.has(field)) bad(field, request[field], `no such field; one of ${[...known].join(", ")}`);
  return request as unknown as WorkloadRequest;
}
