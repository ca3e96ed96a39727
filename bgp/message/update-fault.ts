/**
 * What a malformed UPDATE costs, weakest first (RFC 7606 2): the attribute is dropped, the routes of the message count
 * as withdrawn, or the session is reset. The strongest of several wins.
 */
export type FaultAction = "discard" | "withdraw" | "reset";

/** One thing wrong with an UPDATE, with what a NOTIFICATION (code 3) would say of it. */
export interface UpdateFault {
  /** Type code of the attribute, or undefined when the fault lies outside the attributes. */
  readonly attribute: number | undefined;
  readonly action: FaultAction;
  /** Subcode of UPDATE Message Error (RFC 4271 6.3). */
  readonly subcode: number;
  /** Data field of the NOTIFICATION; a copy, safe to keep. */
  readonly data: Uint8Array;
  /** One sentence for the operator: what was found and what would be right. */
  readonly why: string;
}

const strength: { readonly [A in FaultAction]: number } = { discard: 1, withdraw: 2, reset: 3 };

/** Whether `action` costs more than `than`; everything costs more than no fault. */
export function isStronger(action: FaultAction, than: FaultAction | "ok"): boolean {
  return than === "ok" || strength[action] > strength[than];
}
