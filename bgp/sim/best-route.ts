import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import type { PathAttributes } from "../attribute/path-attributes.ts";
import type { BestRoute } from "../speaker/best-routes.ts";

/** A best route as people read it; routers by their names. */
export interface RouteRow {
  readonly prefix: string;
  /** The router it was learned from, or `local`. */
  readonly from: string;
  /** The router packets are to be sent to, or `here`. */
  readonly nextHop: string;
  /** Everything else that was said of it: `AS path 65001 65002, origin igp, local preference 100`. */
  readonly attributes: string;
}

/** The row of a best route; `nameOf` turns the text of an address into a router's name. */
export function routeRow({ prefix, from, nextHop, attributes, isStale }: BestRoute, nameOf: NameOf): RouteRow {
  return {
    prefix: formatPrefix(prefix),
    from: nameOf(from),
    nextHop: nextHop ? nameOf(formatAddress(nextHop)) : "here",
    attributes: attributesInWords(attributes, isStale),
  };
}

/** The name of the router that has an address; the address itself when none has. */
export type NameOf = (address: string) => string;

function attributesInWords(attributes: PathAttributes, isStale: boolean): string {
  const { asPath, origin, med, localPref, communities, originatorId, clusterList } = attributes;
  const { extendedCommunities, largeCommunities, aggregator, atomicAggregate, otc, unknown } = attributes;
  const path = asPath.map(({ kind, asns }) => (kind === "sequence" ? asns.join(" ") : `${kind}(${asns.join(" ")})`));
  const words = [`AS path ${path.join(" ") || "empty"}`, `origin ${origin}`];
  const say = (what: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== "") words.push(`${what} ${value}`);
  };
  say("MED", med);
  say("local preference", localPref);
  say("communities", communities.map((one) => `${one >>> 16}:${one & 0xffff}`).join(" "));
  say("extended communities", extendedCommunities.map(({ high, low }) => hex(high) + hex(low)).join(" "));
  const large = largeCommunities.map((one) => `${one.globalAdministrator}:${one.localData1}:${one.localData2}`);
  say("large communities", large.join(" "));
  say("originator", originatorId === undefined ? undefined : formatAddress(ipv4(originatorId)));
  say("clusters", clusterList.map((one) => formatAddress(ipv4(one))).join(" "));
  say("aggregator", aggregator ? `${aggregator.asn} ${formatAddress(ipv4(aggregator.routerId))}` : undefined);
  say("only to customer", otc);
  say("unknown", unknown.map(({ code }) => code).join(" "));
  if (atomicAggregate) words.push("atomic aggregate");
  if (isStale) words.push("stale");
  return words.join(", ");
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
