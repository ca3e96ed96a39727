import { attributeCode, updateError } from "../iana.ts";
import { type FaultAction, isStronger, type UpdateFault } from "./update-fault.ts";
import type { UpdateScan } from "./update-scan.ts";

const NOTHING = new Uint8Array(0);

/** A fault with nothing to show in the NOTIFICATION's data. */
export function fault(attribute: number | undefined, action: FaultAction, subcode: number, why: string): UpdateFault {
  return { attribute, action, subcode, data: NOTHING, why };
}

/** A fault of the attribute that lies from `at` (its flags) to `end`; its octets go into the NOTIFICATION. */
export function attributeFault(
  buf: Uint8Array,
  at: number,
  end: number,
  action: FaultAction,
  subcode: number,
  why: string,
): UpdateFault {
  return { attribute: buf[at + 1]!, action, subcode, data: buf.slice(at, end), why };
}

/** Adds a fault to a scan: its verdict becomes the strongest of all, and the strongest fault stands last. */
export function addFault(scan: UpdateScan, found: UpdateFault): void {
  const strongest = scan.faults.at(-1);
  const isWorst = isStronger(found.action, strongest?.action ?? "ok");
  scan.faults = isWorst ? [...scan.faults, found] : [found, ...scan.faults];
  if (found.action !== "discard" && scan.verdict !== "reset") scan.verdict = found.action;
}

/** Names every missing well-known attribute of the set bits of `missing` (RFC 7606 3 (d), RFC 4271 6.3). */
export function missingFaults(scan: UpdateScan, missing: number): void {
  const mandatory = { ORIGIN: "origin", AS_PATH: "asPath", NEXT_HOP: "nextHop", LOCAL_PREF: "localPref" } as const;
  for (const [name, key] of Object.entries(mandatory)) {
    const code = attributeCode[key];
    if (!(missing & (1 << code))) continue;
    const data = Uint8Array.of(code);
    const why = `${name} is missing`;
    addFault(scan, { attribute: code, action: "withdraw", subcode: updateError.missingWellKnown, data, why });
  }
}
