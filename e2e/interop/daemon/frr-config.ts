import { type Family, families } from "../../../net/family.ts";
import { familyOf, holdSeconds, type Neighbour, type OwnRoute, type Plan, restartSeconds } from "../plan.ts";

/** Most communities that fit into one line of FRR's configuration. */
const perLine = 150;

/** What bgpd reads. */
export function bgpdConfig(plan: Plan): string {
  return `${[
    "hostname them",
    "log stdout",
    "debug bgp neighbor-events",
    "bgp send-extra-data zebra",
    ...plan.routes.flatMap(routeMap),
    `router bgp ${plan.asn}`,
    ` bgp router-id ${plan.routerId}`,
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    " no bgp network import-check",
    " bgp graceful-restart",
    ` bgp graceful-restart restart-time ${plan.restartSeconds ?? restartSeconds}`,
    ...(plan.longLivedStaleSeconds === undefined
      ? []
      : [` bgp long-lived-graceful-restart stale-time ${plan.longLivedStaleSeconds}`]),
    " bgp graceful-restart preserve-fw-state",
    " bgp graceful-restart select-defer-time 10",
    ...plan.neighbours.flatMap((neighbour) => session(plan, neighbour)),
    ...families.flatMap((family) => inFamily(plan, family)),
  ].join("\n")}\n`;
}

/** What zebra reads. */
export function zebraConfig(): string {
  return "hostname them\nlog stdout\nip forwarding\nipv6 forwarding\n";
}

function mapName(prefix: string): string {
  return `own-${prefix.replaceAll(/[.:/]/g, "-")}`;
}

/** A route's communities, over as many lines as they need. */
function routeMap({ prefix, communities = [], largeCommunities = [] }: OwnRoute): string[] {
  const lines: string[] = [];
  const steps = Math.max(1, Math.ceil(communities.length / perLine));
  for (let step = 0; step < steps; step++) {
    const part = communities.slice(step * perLine, (step + 1) * perLine);
    lines.push(`route-map ${mapName(prefix)} permit ${step + 1}`);
    if (part.length > 0) lines.push(` set community ${part.join(" ")} additive`);
    if (step === 0 && largeCommunities.length > 0) lines.push(` set large-community ${largeCommunities.join(" ")}`);
    if (step < steps - 1) lines.push(" on-match next");
    lines.push("exit");
  }
  return lines;
}

function session(plan: Plan, neighbour: Neighbour): string[] {
  const { address, isUnnumbered, localAddress, asn, password, connectRetrySeconds = 1, role } = neighbour;
  const hold = plan.holdSeconds ?? holdSeconds;
  return [
    ...(isUnnumbered ? [`interface remote-as ${asn}`] : [`remote-as ${asn}`, `update-source ${localAddress}`]),
    `timers ${hold / 3} ${hold}`,
    `timers connect ${connectRetrySeconds}`,
    "advertisement-interval 0",
    ...(neighbour.passive ? ["passive"] : []),
    ...(password === undefined ? [] : [`password ${password}`]),
    ...(neighbour.ttlSecurity ? ["ttl-security hops 1"] : []),
    ...(neighbour.extendedNextHop ? ["capability extended-nexthop"] : []),
    ...(neighbour.bfd ? ["bfd 3 100 100"] : []),
    ...(role === undefined
      ? []
      : [`local-role ${role === "rs" ? "rs-server" : role}${neighbour.strictRole ? " strict-mode" : ""}`]),
  ].map((line) => ` neighbor ${address} ${line}`);
}

function inFamily(plan: Plan, family: Family): string[] {
  const own = plan.routes.filter(({ prefix }) => familyOf(prefix) === family);
  const carrying = plan.neighbours.filter((neighbour) => neighbour.families.includes(family));
  return [
    ` address-family ${family} unicast`,
    ...own.map(({ prefix }) => `  network ${prefix} route-map ${mapName(prefix)}`),
    ...carrying.flatMap((neighbour) =>
      [
        "activate",
        ...(neighbour.routeReflectorClient ? ["route-reflector-client"] : []),
        ...(neighbour.addPath ? ["addpath-tx-all-paths"] : []),
        ...(neighbour.maxPrefixes === undefined ? [] : [`maximum-prefix ${neighbour.maxPrefixes}`]),
      ].map((line) => `  neighbor ${neighbour.address} ${line}`),
    ),
    " exit-address-family",
  ];
}
