import type { Reader } from "../../lib/reader.ts";
import type { Writer } from "../../lib/writer.ts";
import { optionType } from "./message.ts";

/** What is made of the options behind a message: the sender's hardware address, or why they are none. */
export type OptionsReading = { readonly ok: true; readonly mac: string } | { readonly ok: false; readonly why: string };

/** Octets as a hardware address: lower case with colons. */
export function macText(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/** The octets of a hardware address of any length; undefined when the text is none. */
export function macOctets(text: string): Uint8Array | undefined {
  const words = text.split(":");
  if (!words.every((word) => /^[0-9a-f]{2}$/.test(word))) return undefined;
  return Uint8Array.from(words, (word) => Number.parseInt(word, 16));
}

/**
 * Reads options to the end. Each is at least one unit of eight octets and ends where the message does (RFC 4861 6.1.1,
 * 6.1.2); unknown ones are passed over. A hardware address that does not fill its units keeps the padding.
 *
 *      type u8, length u8 (in units of eight octets, with these two), value
 */
export function readOptions(reader: Reader): OptionsReading {
  let mac = "";
  while (reader.left > 0) {
    if (reader.left < 2) return { ok: false, why: "an option ends after its first octet" };
    const type = reader.u8();
    const length = reader.u8() * 8;
    if (length === 0) return { ok: false, why: `option ${type} has length 0` };
    if (length - 2 > reader.left) return { ok: false, why: `option ${type} is longer than the message` };
    const value = reader.bytes(length - 2);
    if (type === optionType.sourceLinkLayerAddress && mac === "") mac = macText(value);
  }
  return { ok: true, mac };
}

/** Writes the Source Link-Layer Address (RFC 4861 4.6.1), unless the text is no hardware address. */
export function writeSourceAddress(w: Writer, mac: string): void {
  const octets = macOctets(mac);
  if (!octets) return;
  const units = Math.ceil((octets.length + 2) / 8);
  w.u8(optionType.sourceLinkLayerAddress).u8(units).bytes(octets);
  for (let left = units * 8 - 2 - octets.length; left > 0; left--) w.u8(0);
}
