/** The six states of RFC 4271 8.2.2, in the order in which a session climbs them. */
export type State = "Idle" | "Connect" | "Active" | "OpenSent" | "OpenConfirm" | "Established";

/** All states, lowest first. */
export const states: readonly State[] = ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"];

/** How far a state is on the way to Established: 0 for Idle, 5 for Established. */
export const rank: { readonly [S in State]: number } = {
  Idle: 0,
  Connect: 1,
  Active: 2,
  OpenSent: 3,
  OpenConfirm: 4,
  Established: 5,
};
