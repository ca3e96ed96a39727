import type { CheckSelector } from "./model/selector-text.ts";

const selectorFields: ReadonlySet<string> = new Set([
  "selector",
  "notSelector",
  "namespaceSelector",
  "nodeSelector",
  "peerSelector",
  "serviceAccountSelector",
  "localWorkloadSelector",
]);
/** Maps of free keys, in which a key named `selector` is no selector. */
const freeMaps: ReadonlySet<string> = new Set(["labelsToApply", "labels", "annotations", "matchLabels"]);
/** What Calico lets people write (CRD validation of policies). */
export const longestSelector = 1024;
const quoted = /"[^"]*"|'[^']*'/g;
const namesGlobal = /(^|[^a-zA-Z0-9_./-])global\s*\(\s*\)/;

/** A selector that is wrong, and why. */
export interface SelectorFault {
  readonly path: readonly PropertyKey[];
  readonly value: string;
  readonly why: string;
}

function faultOf(field: string, text: string, check: CheckSelector): string | undefined {
  if (text.length > longestSelector) return `at most ${longestSelector} characters are wanted`;
  const why = check(text);
  if (why !== undefined) return why;
  if (field === "namespaceSelector" || !namesGlobal.test(text.replace(quoted, "''"))) return undefined;
  return "global() means something only in a namespaceSelector";
}

/** Every selector under a value that does not parse, or that uses global() where there are no namespaces. */
export function selectorFaults(
  value: unknown,
  check: CheckSelector,
  path: readonly PropertyKey[],
): readonly SelectorFault[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => selectorFaults(each, check, [...path, i]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]): readonly SelectorFault[] => {
    if (freeMaps.has(field)) return [];
    const at = [...path, field];
    if (!selectorFields.has(field) || typeof inner !== "string") return selectorFaults(inner, check, at);
    const why = inner === "" ? undefined : faultOf(field, inner, check);
    return why === undefined ? [] : [{ path: at, value: inner, why }];
  });
}
