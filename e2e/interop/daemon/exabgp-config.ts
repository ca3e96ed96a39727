import type { Family } from "../../../net/family.ts";
import { sameMachine } from "../link.ts";
import { familyOf, holdSeconds, type Neighbour, type OwnRoute, type Plan, restartSeconds } from "../plan.ts";

/** What exabgp reads; what it hears goes to the standard input of `journalist`, one JSON object a line. */
export function exabgpConfig(plan: Plan, journalist: string): string {
  return `${[
    "process journal {",
    `  run ${journalist};`,
    "  encoder json;",
    "}",
    ...plan.neighbours.flatMap((neighbour) => session(plan, neighbour)),
  ].join("\n")}\n`;
}

function session(plan: Plan, neighbour: Neighbour): string[] {
  const { address, localAddress, asn, families, password } = neighbour;
  return [
    `neighbor ${address} {`,
    `  router-id ${plan.routerId};`,
    `  local-address ${localAddress};`,
    `  local-as ${plan.asn};`,
    `  peer-as ${asn};`,
    `  hold-time ${plan.holdSeconds ?? holdSeconds};`,
    `  passive ${neighbour.passive ? "true" : "false"};`,
    ...(password === undefined ? [] : [`  md5-password "${password}";`]),
    ...(neighbour.ttlSecurity ? ["  outgoing-ttl 255;", "  incoming-ttl 255;"] : []),
    "  family {",
    ...familiesOf(neighbour).map((family) => `    ${family} unicast;`),
    "  }",
    "  capability {",
    `    graceful-restart ${restartSeconds};`,
    `    extended-message ${neighbour.extendedMessages ? "enable" : "disable"};`,
    `    add-path ${neighbour.addPath ? "send/receive" : "disable"};`,
    ...(neighbour.extendedNextHop ? ["    nexthop enable;"] : []),
    "  }",
    ...(neighbour.extendedNextHop ? ["  nexthop {", "    ipv4 unicast ipv6;", "  }"] : []),
    "  api {",
    "    processes [ journal ];",
    "    neighbor-changes;",
    "    receive { parsed; update; }",
    "  }",
    ...families.flatMap((family) => announced(plan, neighbour, family)),
    "}",
  ];
}

/** A next hop of another family needs that family, too. */
function familiesOf({ families, extendedNextHop }: Neighbour): readonly Family[] {
  return extendedNextHop ? ["ipv4", "ipv6"] : families;
}

function announced(plan: Plan, neighbour: Neighbour, family: Family): string[] {
  const own = plan.routes.filter(({ prefix }) => familyOf(prefix) === family);
  if (own.length === 0) return [];
  const sameFamily = neighbour.extendedNextHop || familyOf(neighbour.localAddress) === family;
  const nextHop = sameFamily ? neighbour.localAddress : sameMachine(neighbour.localAddress);
  const routes = own.map(({ prefix, ...rest }) => `      ${prefix} next-hop ${nextHop}${attributes(rest)};`);
  return [
    "  announce {",
    `    ${family} {`,
    ...routes.map((line) => line.replace(/^ {6}/, "      unicast ")),
    "    }",
    "  }",
  ];
}

function attributes({ communities = [], largeCommunities = [] }: Omit<OwnRoute, "prefix">): string {
  return [
    communities.length === 0 ? "" : ` community [ ${communities.join(" ")} ]`,
    largeCommunities.length === 0 ? "" : ` large-community [ ${largeCommunities.join(" ")} ]`,
  ].join("");
}
