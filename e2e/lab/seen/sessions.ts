import type { AgentStatus } from "../../../agent/api/status.ts";
import type { Family } from "../../../net/family.ts";
import type { SessionSeen } from "../../scenario/driver.ts";
import type { NameOf } from "../names.ts";

/** A node's sessions, from its agent's status. */
export function agentSessions(at: string, status: AgentStatus, nameOf: NameOf): SessionSeen[] {
  return status.peers.map((peer) => ({
    at,
    peer: nameOf(peer.address),
    family: peer.family,
    established: peer.state === "Established",
    state: peer.why === "" ? peer.state : `${peer.state} (${peer.why})`,
  }));
}

/** What FRR 8 and 10 print for `show bgp summary json`, as far as we read it. */
export type FrrSummary = Readonly<Record<string, { readonly peers?: Readonly<Record<string, FrrPeer>> }>>;

interface FrrPeer {
  readonly state: string;
  readonly peerState?: string;
  readonly lastResetDueTo?: string;
}

const frrFamilies: readonly (readonly [string, Family])[] = [
  ["ipv4Unicast", "ipv4"],
  ["ipv6Unicast", "ipv6"],
];

/** A router's sessions, from FRR's summary. */
export function frrSessions(at: string, summary: FrrSummary, nameOf: NameOf): SessionSeen[] {
  return frrFamilies.flatMap(([key, family]) =>
    Object.entries(summary[key]?.peers ?? {}).map(([address, peer]) => ({
      at,
      peer: nameOf(address),
      family,
      established: peer.state === "Established",
      state: peer.state,
    })),
  );
}
