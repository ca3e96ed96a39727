import { OPEN_PORT, SHUT_PORT } from "../sim/rewrites.ts";

/** Packets before all rules of a node and behind them: of flows to the open port and back, and to the shut one. */
export interface Witnessed {
  readonly open: readonly [before: number, behind: number];
  readonly shut: readonly [before: number, behind: number];
}

const counters = `meta l4proto udp th sport ${OPEN_PORT} counter; udp dport ${OPEN_PORT} counter; udp dport ${SHUT_PORT} counter;`;

/** A table of nftables that counts before and behind everything that a dataplane may do to a packet. */
export const witness = `table inet witness {
  chain before { type filter hook prerouting priority -400; ${counters} }
  chain behind { type filter hook postrouting priority 400; ${counters} }
}
`;

/** Reads the witness's counters out of what `nft list table inet witness` printed. */
export function countedByWitness(listing: string): Witnessed {
  const counts = [...listing.matchAll(/packets (\d+)/g)].map(([, packets]) => Number(packets));
  const [repliesBefore, openBefore, shutBefore, repliesBehind, openBehind, shutBehind] = counts as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { open: [repliesBefore + openBefore, repliesBehind + openBehind], shut: [shutBefore, shutBehind] };
}
