import { type Family, families } from "../../../net/family.ts";
import { familyOf, holdSeconds, type Neighbour, type OwnRoute, type Plan, restartSeconds } from "../plan.ts";

/** The name of the protocol that speaks with a neighbour: `n10_99_0_1`. */
export function birdProtocol(address: string): string {
  return `n${address.replaceAll(/[.:]/g, "_")}`;
}

/** What bird reads. */
export function birdConfig(plan: Plan): string {
  return `${[
    `router id ${plan.routerId};`,
    "log stderr all;",
    "watchdog warning 5 s;",
    "protocol device { scan time 1; }",
    'protocol direct { ipv4; ipv6; interface "eth0"; }',
    ...families.flatMap((family) => kernel(plan, family)),
    ...families.flatMap((family) => statics(plan, family)),
    ...(plan.neighbours.some(({ bfd }) => bfd)
      ? ['protocol bfd { interface "eth0" { min rx interval 100 ms; min tx interval 100 ms; multiplier 3; }; }']
      : []),
    ...plan.neighbours.flatMap(advertisements),
    ...plan.neighbours.map((neighbour) => session(plan, neighbour)),
  ].join("\n")}\n`;
}

function kernel(plan: Plan, family: Family): string[] {
  if (!plan.kernel) return [];
  return [
    `protocol kernel { persist; graceful restart on; scan time 1; ${family} { export where source = RTS_BGP; }; }`,
  ];
}

function statics(plan: Plan, family: Family): string[] {
  const own = plan.routes.filter(({ prefix }) => familyOf(prefix) === family);
  return own.length === 0 ? [] : [`protocol static { ${family};`, ...own.map(route), "}"];
}

function route({ prefix, communities = [], largeCommunities = [] }: OwnRoute): string {
  const tuple = (text: string): string => `(${text.replaceAll(":", ",")})`;
  const changes = [
    ...communities.map((each) => `bgp_community.add(${tuple(each)});`),
    ...largeCommunities.map((each) => `bgp_large_community.add(${tuple(each)});`),
  ];
  return `  route ${prefix} blackhole${changes.length === 0 ? "" : ` { ${changes.join(" ")} }`};`;
}

function session(plan: Plan, neighbour: Neighbour): string {
  const { address, connectRetrySeconds = 1, role } = neighbour;
  const { longLivedStaleSeconds: longLived } = plan;
  return [
    `protocol bgp ${birdProtocol(address)} {`,
    ...(neighbour.isUnnumbered ? unnumbered(plan, neighbour) : numbered(plan, neighbour)),
    "  direct;",
    `  hold time ${plan.holdSeconds ?? holdSeconds};`,
    `  connect delay time 1; connect retry time ${connectRetrySeconds}; error wait time 1, 2;`,
    `  graceful restart on; graceful restart time ${plan.restartSeconds ?? restartSeconds};`,
    ...option(longLived, `long lived graceful restart on; long lived stale time ${longLived};`),
    ...option(neighbour.passive, "passive on;"),
    ...option(neighbour.password, `password "${neighbour.password}";`),
    ...option(neighbour.ttlSecurity, "ttl security on;"),
    ...option(neighbour.routeReflectorClient, "rr client;"),
    ...option(neighbour.extendedMessages, "enable extended messages on;"),
    ...option(neighbour.bfd, "bfd on;"),
    ...option(role, `local role ${role === "rs" ? "rs_server" : role?.replace("-", "_")};`),
    ...option(neighbour.strictRole, "require roles on;"),
    ...neighbour.families.map((family) => channel(plan, neighbour, family)),
    "}",
  ].join("\n");
}

function numbered(plan: Plan, { address, localAddress, asn }: Neighbour): string[] {
  return [
    `  local ${localAddress} as ${plan.asn};`,
    `  neighbor ${address} as ${asn};`,
    "  strict bind yes;", // a listener for each address: one alone takes only eight calls at once
  ];
}

/** Bird finds nobody, but takes whoever calls from the link. */
function unnumbered(plan: Plan, { address, asn }: Neighbour): string[] {
  return [
    `  local as ${plan.asn};`,
    `  neighbor range fe80::/64 as ${asn}; interface "${address}";`,
    `  dynamic name "${birdProtocol(address)}_";`,
  ];
}

function advertisements({ address, isUnnumbered }: Neighbour): string[] {
  if (!isUnnumbered) return [];
  return [`protocol radv { interface "${address}" { max ra interval 10; min ra interval 7; default lifetime 0; }; }`];
}

function channel(plan: Plan, neighbour: Neighbour, family: Family): string {
  const own = neighbour.asn === plan.asn ? "next hop self ebgp;" : "";
  return [
    `  ${family} { import all; export where source = RTS_STATIC || source = RTS_BGP; ${own}`,
    ...option(neighbour.maxPrefixes, `import limit ${neighbour.maxPrefixes} action disable;`),
    ...option(neighbour.addPath, "add paths on;"),
    ...option(neighbour.extendedNextHop && family === "ipv4", "extended next hop on;"),
    "  };",
  ].join(" ");
}

function option(wanted: unknown, line: string): string[] {
  return wanted ? [`  ${line}`] : [];
}
