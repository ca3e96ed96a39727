import { holdSeconds, type Neighbour, type OwnRoute, type Plan, restartSeconds } from "../plan.ts";

/** What gobgpd reads: TOML, written as JSON, which it takes as well. */
export function gobgpConfig(plan: Plan): string {
  return JSON.stringify(
    {
      global: { config: { as: plan.asn, "router-id": plan.routerId } },
      neighbors: plan.neighbours.map((neighbour) => session(plan, neighbour)),
    },
    undefined,
    1,
  );
}

/** The arguments of `gobgp` that announce a route. */
export function gobgpAnnounce({ prefix, communities = [], largeCommunities = [] }: OwnRoute): string[] {
  return [
    ...["global", "rib", "add", prefix, "-a", prefix.includes(":") ? "ipv6" : "ipv4"],
    ...(communities.length > 0 ? ["community", communities.join(",")] : []),
    ...(largeCommunities.length > 0 ? ["large-community", largeCommunities.join(",")] : []),
  ];
}

function session(plan: Plan, neighbour: Neighbour): object {
  const { address, localAddress, asn, families, password, addPath, passive = false } = neighbour;
  const { holdSeconds: hold = holdSeconds, longLivedStaleSeconds } = plan;
  return {
    config: {
      "neighbor-address": address,
      "peer-as": asn,
      ...(password !== undefined && { "auth-password": password }),
    },
    timers: {
      config: {
        "hold-time": hold,
        "keepalive-interval": hold / 3,
        "connect-retry": neighbour.connectRetrySeconds ?? 1,
        "idle-hold-time-after-reset": 1,
      },
    },
    transport: { config: { "local-address": localAddress, "passive-mode": passive } },
    "graceful-restart": {
      config: {
        enabled: true,
        "restart-time": plan.restartSeconds ?? restartSeconds,
        ...(longLivedStaleSeconds !== undefined && { "long-lived-enabled": true }),
      },
    },
    ...(neighbour.ttlSecurity && { "ttl-security": { config: { enabled: true, "ttl-min": 255 } } }),
    ...(neighbour.routeReflectorClient && {
      "route-reflector": {
        config: { "route-reflector-client": true, "route-reflector-cluster-id": plan.routerId },
      },
    }),
    "afi-safis": families.map((family) => ({
      config: { "afi-safi-name": `${family}-unicast` },
      "mp-graceful-restart": { config: { enabled: true } },
      ...(longLivedStaleSeconds !== undefined && {
        "long-lived-graceful-restart": { config: { enabled: true, "restart-time": longLivedStaleSeconds } },
      }),
      ...(neighbour.maxPrefixes !== undefined && {
        "prefix-limit": { config: { "max-prefixes": neighbour.maxPrefixes } },
      }),
      ...(addPath && { "add-paths": { config: { receive: true, "send-max": 8 } } }),
    })),
  };
}
