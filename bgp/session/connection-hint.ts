import type { SessionConfig } from "./session-config.ts";
import type { State } from "./state.ts";

/** What about a peer decides which reasons are likely. */
export type HintTerms = Pick<SessionConfig, "dial" | "passive">;

type Hint = (terms: HintTerms) => string;

const silent: Hint = ({ dial }) => {
  const keyed = dial.password !== undefined ? "the MD5 passwords may differ" : "the peer may expect an MD5 password";
  const far = dial.ttlSecurityHops !== undefined ? ", the peer may be more hops away than ttlSecurityHops allows" : "";
  return `look for a firewall and at the route to the peer; ${keyed}${far}`;
};

/** By what the system says, in the words of Node or of the C library. */
const calls: readonly (readonly [says: RegExp, hint: Hint])[] = [
  [/no answer|ETIMEDOUT|timed out/i, silent],
  [
    /refused/i,
    () =>
      "nothing listens at the peer's port, or a firewall rejects: does BGP run there, and is it allowed to take calls?",
  ],
  [
    /ENETUNREACH|EHOSTUNREACH|unreachable|no route/i,
    () => "this machine has no route to the peer, or nobody has its address",
  ],
  [/EADDRNOTAVAIL|cannot assign/i, () => "the local address that is configured for this peer is not on this machine"],
  [/EACCES|EPERM|not permitted/i, () => "a local firewall, or a missing right, forbids the call"],
  [/no interface/i, () => "the interface in the peer's address is not there (yet)"],
  [/unsupported|this wire has no/i, () => "run the agent or the speaker with kernel sockets"],
];

/** What a TCP connection that ended means, by the state in which it did. */
const ends: { readonly [S in State]: string } = {
  Idle: "",
  Connect: "",
  Active: "",
  OpenSent:
    "the peer took the call and hung up before its OPEN: it may not be configured for our address, or want another TTL",
  OpenConfirm: "the peer hung up after the OPENs: its log says what it dislikes in ours",
  Established: "the peer went without a word: it was stopped, restarted, or lost its power",
};

const silences: { readonly [S in State]: string } = {
  Idle: "",
  Connect: "",
  Active: "",
  OpenSent:
    "the peer takes calls but says nothing: it may be no BGP speaker, or wait to be called from another address",
  OpenConfirm: "the peer sent its OPEN and no KEEPALIVE: it may hang, or a firewall cuts the connection",
  Established: "look for packet loss, a firewall that forgets connections, or a peer that hangs",
};

/**
 * What an operator should look at when a connection ended without NOTIFICATION, or empty when there is nothing to say. `why` is
 * what was heard of it: the system's error, for a call that failed.
 */
export function connectionHint(event: string, from: State, why: string, terms: HintTerms): string {
  if (event === "HoldTimer_Expires") return silences[from];
  if (event !== "TcpConnectionFails") return "";
  const hint = calls.find(([says]) => says.test(why))?.[1];
  return (from === "Connect" || from === "Active" ? hint?.(terms) : undefined) ?? ends[from];
}

/** What to say of a session that has not failed and is not up; `seconds`: how long it has been in its state. */
export function waitingText(state: State, seconds: number, terms: HintTerms): string {
  if (state === "Active" && terms.passive) return "waits for the peer to call: we are told not to";
  if (state === "Connect" && seconds >= 3) return `no answer for ${seconds} s: ${silent(terms)}`;
  return "";
}
