/** A NOTIFICATION: why a session ends (RFC 4271 4.5). Unknown codes are kept as numbers, never an error. */
export interface Notification {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}
