import { families } from "../../../net/family.ts";
import { holdSeconds, type Neighbour, type OwnRoute, type Plan } from "../plan.ts";

/** What OpenBGPD's bgpd reads; `socket` is where bgpctl speaks to it. */
export function openbgpdConfig(plan: Plan, socket: string): string {
  return `${[
    `AS ${plan.asn}`,
    `router-id ${plan.routerId}`,
    `socket "${socket}"`,
    `holdtime ${plan.holdSeconds ?? holdSeconds}`,
    "fib-update no",
    "nexthop qualify via default",
    "connect-retry 1",
    ...plan.routes.map(network),
    ...plan.neighbours.flatMap((neighbour) => session(plan, neighbour)),
    "allow from any",
    "allow to any",
  ].join("\n")}\n`;
}

function network({ prefix, communities = [], largeCommunities = [] }: OwnRoute): string {
  const set = [
    ...communities.map((each) => `community ${each}`),
    ...largeCommunities.map((each) => `large-community ${each}`),
  ];
  return `network ${prefix}${set.length === 0 ? "" : ` set { ${set.join(" ")} }`}`;
}

function session(plan: Plan, neighbour: Neighbour): string[] {
  const { address, localAddress, asn, families: carried, password } = neighbour;
  return [
    `neighbor ${address} {`,
    `  remote-as ${asn}`,
    `  local-address ${localAddress}`,
    ...families.map(
      (family) => `  announce ${family === "ipv4" ? "IPv4" : "IPv6"} ${carried.includes(family) ? "unicast" : "none"}`,
    ),
    ...(neighbour.passive ? ["  passive"] : []),
    ...(password === undefined ? [] : [`  tcp md5sig password "${password}"`]),
    ...(neighbour.ttlSecurity ? ["  ttl-security yes"] : []),
    ...(neighbour.routeReflectorClient ? [`  route-reflector ${plan.routerId}`] : []),
    ...(neighbour.addPath ? ["  announce add-path recv yes", "  announce add-path send all"] : []),
    ...(neighbour.role ? [`  announce policy ${neighbour.role}${neighbour.strictRole ? " enforce" : ""}`] : []),
    ...(neighbour.enhancedRefresh ? ["  announce enhanced refresh yes"] : []),
    ...(neighbour.maxPrefixes === undefined ? [] : [`  max-prefix ${neighbour.maxPrefixes}`]),
    "}",
  ];
}
