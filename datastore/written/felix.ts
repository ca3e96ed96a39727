import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { FelixConfiguration } from "../model/felix-configuration.ts";
import { type FelixFieldName, felixFields } from "../model/felix-fields.ts";
import type { Complain } from "./fault.ts";
import { felixLegal, type Legal } from "./felix-legal.ts";

type Spec = FelixConfiguration["spec"];
const durationText = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))*$/;
/** Durations for which Calico's CRD has no pattern: any of Go's spellings. */
const anyDuration: ReadonlySet<string> = new Set(["dataplaneWatchdogTimeout", "nftablesRefreshInterval"]);
const interfaceFilter = /^[a-zA-Z0-9:._+-]{1,15}$/;
const timerText = /^(([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+|Auto)$/;
const failsafeProtocols: ReadonlySet<string> = new Set(["TCP", "UDP", "SCTP"]);
const tablesLimit = 0xffff;

function isRegexp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** What would be right instead of a value, or undefined when it is legal. */
export function legalFault(legal: Legal, value: string | number): string | undefined {
  const text = String(value);
  switch (legal.kind) {
    case "words": {
      const same = legal.words.find((word) => word.toLowerCase() === text.toLowerCase());
      if (same === text || (same !== undefined && legal.anyCase)) return undefined;
      return same === undefined ? `one of ${legal.words.join(", ")} is wanted` : `'${same}' would be right`;
    }
    case "range":
      if (Number.isInteger(value) && Number(value) >= legal.min && Number(value) <= legal.max) return undefined;
      if (Math.abs(legal.max) >= Number.MAX_SAFE_INTEGER)
        return legal.min > Number.MIN_SAFE_INTEGER
          ? `a whole number, ${legal.min} or more, is wanted`
          : "a whole number is wanted";
      return `a whole number ${legal.min} to ${legal.max} is wanted`;
    case "regexp":
      return isRegexp(text) ? undefined : "a regular expression is wanted";
    case "pattern":
      return legal.pattern.test(text) ? undefined : legal.want;
    case "address": {
      const name = legal.family === "ipv4" ? "IPv4" : "IPv6";
      return parseAddress(text)?.family === legal.family ? undefined : `an ${name} address is wanted`;
    }
  }
}

function checkPorts(spec: Spec, complain: Complain): void {
  const ranges = spec.kubeNodePortRanges ?? [];
  if (ranges.length > 7) complain(["spec", "kubeNodePortRanges"], "at most 7 ranges are wanted");
  for (const [i, port] of ranges.entries()) {
    if (!/^[0-9]/.test(String(port))) complain(["spec", "kubeNodePortRanges", i], "a number or 'first:last' is wanted");
  }
  for (const field of ["failsafeInboundHostPorts", "failsafeOutboundHostPorts"] as const) {
    for (const [i, { protocol, net }] of (spec[field] ?? []).entries()) {
      if (protocol && !failsafeProtocols.has(String(protocol).toUpperCase()))
        complain(["spec", field, i, "protocol"], "TCP, UDP or SCTP is wanted");
      if (net && !parsePrefix(net)) complain(["spec", field, i, "net"], "a CIDR is wanted");
    }
  }
}

function checkTables(spec: Spec, complain: Complain): void {
  const { routeTableRange: one, routeTableRanges: many } = spec;
  if (one && many) complain(["spec", "routeTableRange"], "may not stand beside routeTableRanges; leave it out");
  if (one && !(one.min >= 1 && one.max >= one.min && one.max <= 250))
    complain(["spec", "routeTableRange"], "a range within 1 to 250 is wanted");
  for (const [i, { min, max }] of (many ?? []).entries()) {
    if (min < 1 || max < min || max > 0xffffffff)
      complain(["spec", "routeTableRanges", i], "min is 1 or more, max is min to 4294967295");
  }
  const tables = (many ?? []).reduce((sum, { min, max }) => sum + max - min + 1, 0);
  if (tables > tablesLimit) complain(["spec", "routeTableRanges"], `at most ${tablesLimit} tables together are wanted`);
}

function checkLists(spec: Spec, complain: Complain): void {
  for (const [i, net] of (spec.externalNodesList ?? []).entries()) {
    if (parsePrefix(net)?.family !== "ipv4") complain(["spec", "externalNodesList", i], "an IPv4 CIDR is wanted");
  }
  for (const [i, name] of (spec.bpfForceTrackPacketsFromIfaces ?? []).entries()) {
    if (!interfaceFilter.test(name))
      complain(["spec", "bpfForceTrackPacketsFromIfaces", i], "an interface's name is wanted, '+' for the rest of it");
  }
  for (const [timer, text] of Object.entries(spec.bpfConntrackTimeouts ?? {})) {
    if (!timerText.test(text)) complain(["spec", "bpfConntrackTimeouts", timer], "a duration or 'Auto' is wanted");
  }
}

/** Complains of what is no legal setting of Felix: what the agent would not take, a person is told before. */
export function checkFelix({ metadata, spec }: FelixConfiguration, complain: Complain): void {
  for (const [name, value] of Object.entries(spec)) {
    const legal = felixLegal[name as FelixFieldName];
    if (value === "") continue;
    if (legal && (typeof value === "string" || typeof value === "number")) {
      const want = legalFault(legal, value);
      if (want !== undefined) complain(["spec", name], want);
    }
    if (felixFields[name as FelixFieldName] !== "duration" || anyDuration.has(name)) continue;
    if (!durationText.test(String(value))) complain(["spec", name], "a duration in ms, s, m and h is wanted: '1m30s'");
  }
  checkPorts(spec, complain);
  checkTables(spec, complain);
  checkLists(spec, complain);
  const forAll = metadata.name === "default" || metadata.name.startsWith("node.");
  if (spec.nodeSelector && forAll)
    complain(["spec", "nodeSelector"], `'${metadata.name}' says already which nodes; leave it out`);
}
