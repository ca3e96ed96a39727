import { mapFields } from "./json.ts";
import type { Kind } from "./model/resource.ts";

/** Fields that Go keeps as plain values with `omitempty`: their false or 0 is never written, it cannot be told from absence. */
const zeroMeansAbsent: { readonly [K in Kind]?: readonly string[] } = {
  IPPool: ["natOutgoing", "disabled", "disableBGPExport", "blockSize"],
  BGPPeer: ["asNumber", "keepOriginalNextHop"],
  BGPConfiguration: ["listenPort"],
  GlobalNetworkPolicy: ["doNotTrack", "preDNAT", "applyOnForward"],
  StagedGlobalNetworkPolicy: ["doNotTrack", "preDNAT", "applyOnForward"],
};
/** Texts and lists of a FelixConfiguration that are pointers in Go, or lack `omitempty`: empty is not absent there. */
const emptyMeansEmpty: ReadonlySet<string> = new Set([
  "bpfLogLevel",
  "healthHost",
  "debugHost",
  "flowLogsGoldmaneServer",
  "failsafeInboundHostPorts",
  "failsafeOutboundHostPorts",
  "kubeNodePortRanges",
  "externalNodesList",
  "routeTableRanges",
  "bpfDSROptoutCIDRs",
  "bpfExcludeCIDRsFromNAT",
  "bpfForceTrackPacketsFromIfaces",
  "bpfLogFilters",
]);

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(name: string, value: unknown): boolean {
  if (value === "") return !emptyMeansEmpty.has(name);
  return Array.isArray(value) && value.length === 0 && !emptyMeansEmpty.has(name);
}

function hasKeys(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length > 0;
}

function filled(value: unknown, zeros: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(each, []));
  if (!isFields(value)) return value;
  const kept = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (mapFields.has(name)) return hasKeys(inner) || emptyMeansEmpty.has(name) ? [[name, inner]] : [];
    if (isEmpty(name, inner)) return [];
    if ((inner === false || inner === 0) && zeros.includes(name)) return [];
    return [[name, filled(inner, [])]];
  });
  return Object.fromEntries(kept);
}

/**
 * A resource whose metadata and spec are without what Go's `omitempty` leaves out when Calico writes it: empty texts and lists, false and 0 of fields that
 * are no pointers. Entries of free maps, empty structs and pointers to zero stay, and a status is as its writer made it. So whichever side wrote an object, it is stored
 * the same. Source: the json tags of Calico's api/pkg/apis/projectcalico/v3.
 */
export function omitEmpty(
  kind: Kind,
  resource: { readonly metadata: unknown; readonly spec: unknown; readonly status?: unknown },
): object {
  const { metadata, spec } = resource;
  return { ...resource, metadata: filled(metadata, []), spec: filled(spec, zeroMeansAbsent[kind] ?? []) };
}
