import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { type Family, families } from "../../net/family.ts";
import type { Negotiated } from "./negotiated.ts";

const yes = (holds: boolean): string => (holds ? "yes" : "no");
const list = (all: readonly string[]): string => (all.length === 0 ? "none" : all.join(" "));

function addPath(negotiated: Negotiated): string {
  const ways = (family: Family): string[] => {
    const { send, receive } = negotiated.addPath[family];
    if (!send && !receive) return [];
    return [`${family} ${send && receive ? "both ways" : send ? "we send" : "we receive"}`];
  };
  return list(families.flatMap(ways));
}

function gracefulRestart({ gracefulRestart: terms }: Negotiated): string {
  if (!terms) return "no";
  const { peerRestartSeconds, notification, peerRestarting } = terms;
  const kept = terms.families.map((family) =>
    terms.forwardingPreserved.includes(family) ? `${family} (kept)` : family,
  );
  const notes = [...(notification ? ["NOTIFICATION too"] : []), ...(peerRestarting ? ["has restarted"] : [])];
  return [`${peerRestartSeconds} s`, list(kept), ...notes].join(", ");
}

function longLived({ longLived: terms }: Negotiated): string {
  if (!terms) return "no";
  return list(terms.families.map(({ family, staleSeconds }) => `${family} ${staleSeconds} s`));
}

/** What two OPENs agreed on as pairs of a name and a value, for people; always in the same order. */
export function negotiatedWords(negotiated: Negotiated): readonly (readonly [name: string, value: string])[] {
  const { isInternal, localAsn, localRouterId, holdTimeSeconds, keepaliveSeconds, claims } = negotiated;
  const { hostName, software, unknownCapabilities = [] } = claims ?? {};
  const timers = holdTimeSeconds === 0 ? "none" : `hold ${holdTimeSeconds} s, keepalive ${keepaliveSeconds} s`;
  return [
    [
      "session",
      `${isInternal ? "internal" : "external"}, we are AS ${localAsn}, ${formatAddress(ipv4(localRouterId))}`,
    ],
    ["families", list(negotiated.families)],
    ["timers", timers],
    ["four-octet AS numbers", yes(negotiated.fourOctetAs)],
    ["route refresh", negotiated.routeRefresh ? (negotiated.enhancedRouteRefresh ? "enhanced" : "yes") : "no"],
    ["longest message", `${negotiated.maxMessageLength} octets`],
    ["add-path", addPath(negotiated)],
    ["IPv4 by IPv6 next hops", yes(negotiated.extendedNextHop)],
    ["graceful restart", gracefulRestart(negotiated)],
    ["long-lived restart", longLived(negotiated)],
    ["role", negotiated.role ?? "none"],
    ...(hostName ? [["host name", hostNameText(hostName)] as const] : []),
    ...(software !== undefined ? [["software", software] as const] : []),
    ...(unknownCapabilities.length > 0 ? [["unknown capabilities", unknownCapabilities.join(" ")] as const] : []),
  ];
}

function hostNameText({ host, domain }: { readonly host: string; readonly domain: string }): string {
  return domain === "" ? host : `${host}.${domain}`;
}
