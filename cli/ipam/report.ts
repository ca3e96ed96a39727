import { parseJson } from "../../datastore/json.ts";
import { parseAddress } from "../../net/address-text.ts";
import { isLocked } from "../cluster.ts";
import { BadInput } from "../error.ts";
import { type Findings, otherLines } from "./findings.ts";
import type { Given, Survey } from "./survey.ts";

/** One allocation in a report. */
export interface ReportedAllocation {
  readonly ip: string;
  readonly handle: string;
  readonly node: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the allocation; another number means that the address was given out anew. */
  readonly sequenceNumber: bigint;
  readonly inUse: boolean;
  readonly owners: readonly string[];
}

/** A report of `ipam check -o`, in Calico's shape with a few fields of ours. */
export interface Report {
  readonly version: string;
  readonly clusterGUID: string;
  readonly datastoreLocked: boolean;
  readonly clusterInformationRevision: string;
  readonly clusterType: string;
  /** Address → its allocations, which is one. */
  readonly allocations: Readonly<Record<string, readonly ReportedAllocation[]>>;
  readonly leakedHandles: readonly { readonly id: string; readonly revision: string }[];
  /** How many problems, and what calicoctl has no words for. */
  readonly problems: number;
  readonly others: readonly string[];
}

function reported(
  { ip, handle, node, attributes, sequenceNumber, owners }: Given,
  leaked: boolean,
): ReportedAllocation {
  return { ip, handle, node, attributes, sequenceNumber, inUse: !leaked, owners };
}

/** The report of a check; `revision` is the one of ClusterInformation, which every lock and unlock changes. */
export function reportOf(survey: Survey, findings: Findings, version: string, revision: string): Report {
  const leaked = new Set(findings.leaked);
  const { cluster } = survey;
  return {
    version,
    clusterGUID: cluster?.spec.clusterGUID ?? "",
    datastoreLocked: isLocked(cluster),
    clusterInformationRevision: revision,
    clusterType: cluster?.spec.clusterType ?? "",
    allocations: Object.fromEntries(survey.given.map((one) => [one.ip, [reported(one, leaked.has(one))]])),
    leakedHandles: findings.orphanHandles.map(({ id, revision: at }) => ({ id, revision: String(at) })),
    problems: findings.problems,
    others: otherLines(findings),
  };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAllocation(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { ip, handle, sequenceNumber, inUse } = value;
  return (
    typeof ip === "string" &&
    parseAddress(ip) !== undefined &&
    typeof handle === "string" &&
    typeof sequenceNumber === "bigint" &&
    typeof inUse === "boolean"
  );
}

/** The report that a text holds. @throws BadInput naming the field */
export function readReport(text: string, file: string): Report {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new BadInput([`${file}: ${parsed.why}`]);
  const bad = (field: string): never => {
    throw new BadInput([`${file}: ${field} is not as \`manxctl ipam check -o\` writes it`]);
  };
  const { value } = parsed;
  if (!isFields(value)) return bad("the whole");
  for (const field of ["version", "clusterGUID", "clusterInformationRevision"]) {
    if (typeof value[field] !== "string") bad(field);
  }
  if (typeof value["datastoreLocked"] !== "boolean") bad("datastoreLocked");
  const { allocations, leakedHandles } = value;
  if (!isFields(allocations)) return bad("allocations");
  for (const [ip, all] of Object.entries(allocations)) {
    if (!Array.isArray(all) || !all.every(isAllocation)) bad(`allocations[${ip}]`);
  }
  const isHandle = (one: unknown): boolean =>
    isFields(one) && typeof one["id"] === "string" && typeof one["revision"] === "string";
  if (!Array.isArray(leakedHandles) || !leakedHandles.every(isHandle)) bad("leakedHandles");
  return value as unknown as Report;
}
