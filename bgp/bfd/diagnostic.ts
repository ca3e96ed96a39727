/** Why a session last changed its state (RFC 5880 4.1, Diag), by number; 9 to 31 are nobody's yet. */
export type Diagnostic = number;

/** The numbers that are used here. */
export const diagnostic = {
  none: 0,
  detectionTimeExpired: 1,
  neighbourSignaledDown: 3,
  administrativelyDown: 7,
} as const;

const words = [
  "No Diagnostic",
  "Control Detection Time Expired",
  "Echo Function Failed",
  "Neighbor Signaled Session Down",
  "Forwarding Plane Reset",
  "Path Down",
  "Concatenated Path Down",
  "Administratively Down",
  "Reverse Concatenated Path Down",
];

/** The words of RFC 5880 4.1, or the number of one without. */
export function diagnosticText(code: Diagnostic): string {
  return words[code] ?? `diagnostic ${code}`;
}
