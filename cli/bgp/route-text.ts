import type { BgpRoute } from "../../agent/api/bgp.ts";
import type { Column } from "./aligned.ts";

/** `*>` the best one, `*=` used beside it, `*` could be, `x` may not be chosen. */
const marks: Readonly<Record<BgpRoute["state"], string>> = {
  best: "*>",
  multipath: "*=",
  backup: "*",
  ineligible: "x",
};

/** What the columns of a listing are. */
export const routeColumns: readonly Column[] = [
  { heading: "" },
  { heading: "PREFIX" },
  { heading: "NEXT-HOP" },
  { heading: "FROM" },
  { heading: "PREF", isNumber: true },
  { heading: "MED", isNumber: true },
  { heading: "AS-PATH" },
  { heading: "ORIGIN" },
  { heading: "NOTES" },
];

/** Everything of a route that has no column of its own, in words. */
export function routeNotes(route: BgpRoute): string {
  const list = (name: string, all: readonly string[] | undefined): string[] =>
    all ? [`${name} ${all.join(" ")}`] : [];
  const notes = [
    ...(route.why ? [route.why] : []),
    ...(route.stale ? [route.stale] : []),
    ...(route.pathId === undefined ? [] : [`path id ${route.pathId}`]),
    ...(route.linkLocal === undefined ? [] : [`via ${route.linkLocal}`]),
    ...list("communities", route.communities),
    ...list("large", route.largeCommunities),
    ...list("extended", route.extendedCommunities),
    ...(route.originatorId === undefined ? [] : [`originator ${route.originatorId}`]),
    ...list("clusters", route.clusterList),
    ...(route.aggregator === undefined ? [] : [`aggregator ${route.aggregator}`]),
    ...(route.atomicAggregate ? ["atomic aggregate"] : []),
    ...(route.otc === undefined ? [] : [`only to customer ${route.otc}`]),
    ...(route.unknown ?? []).map(({ code, value }) => `attribute ${code} = ${value === "" ? "nothing" : value}`),
  ];
  return notes.join("; ");
}

/** A route as cells of `routeColumns`. */
export function routeCells(route: BgpRoute): string[] {
  return [
    marks[route.state],
    route.prefix,
    route.nextHop ?? (route.peer === "local" ? "here" : ""),
    route.peer,
    String(route.localPref ?? ""),
    String(route.med ?? ""),
    route.asPath,
    route.origin,
    routeNotes(route),
  ];
}
