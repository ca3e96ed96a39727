/** Shapes of the socket's requests that take a node out of BGP's ways and back in. Types only. */

/** Tag everything with GRACEFUL_SHUTDOWN (RFC 8326), end the sessions after a while; asked again it says how far it is. */
export interface DrainRequest {
  readonly do: "node.drain";
  /** Seconds, 0 to 3600. */
  readonly waitSeconds: number;
  /** For the operators of the peers (RFC 9003), at most 255 octets. */
  readonly text?: string;
}

/** Take a drain back, or open the sessions again after one. */
export interface ResumeRequest {
  readonly do: "node.resume";
}

/** How far a drain is. */
export interface DrainStateRequest {
  readonly do: "node.drain-state";
}

/** Anything that can be asked about draining. */
export type DrainingRequest = DrainRequest | ResumeRequest | DrainStateRequest;

/** How it stands now. */
export interface DrainAnswer {
  readonly ok: true;
  /** `serving`: as always; `draining`: tagged, sessions still up; `drained`: sessions are closed. */
  readonly state: "serving" | "draining" | "drained";
  /** Seconds until the sessions end; 0 unless draining. */
  readonly secondsLeft: number;
  /** Sessions that are Established. */
  readonly sessions: number;
}
