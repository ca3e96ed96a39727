import { ipv4 } from "../../../net/address.ts";
import { formatAddress } from "../../../net/address-text.ts";
import { u16At, u32At } from "../../attribute/octets.ts";
import { hexOf } from "../../attribute/words.ts";
import type { Capabilities } from "../../capability/capabilities.ts";
import { capabilityTable } from "../../capability/table.ts";
import { familyOf } from "../../family.ts";
import { capabilityCode } from "../../iana.ts";
import { HEADER_LENGTH } from "../header.ts";
import { describeNotification } from "../notification-text.ts";
import { type Open, openAsn, readOpen } from "../open.ts";

/** One capability as it came: its number, its name where it has one, and what it says. */
export interface CapabilityWords {
  readonly code: number;
  readonly name: string;
  /** In words where this program knows them, else in hexadecimal. */
  readonly value: string;
}

/** An OPEN in words. */
export interface OpenWords {
  readonly type: "OPEN";
  readonly length: number;
  readonly version: number;
  /** Of the four-octet capability when there is one. */
  readonly asn: number;
  readonly holdTimeSeconds: number;
  readonly routerId: string;
  readonly capabilities: readonly CapabilityWords[];
  /** The NOTIFICATION that it earns, when it cannot be read, and why. */
  readonly fault?: { readonly notification: string; readonly why: string };
}

const otherNames: Readonly<Record<number, string>> = {
  3: "Outbound Route Filtering",
  7: "BGPsec",
  8: "Multiple Labels",
  67: "Dynamic Capability",
  68: "Multisession",
  128: "Route Refresh (before RFC 2918)",
  130: "Outbound Route Filtering (before RFC 5291)",
};

/** `ipv4`, or numbers: `afi 25 safi 65`. */
export function familyWords(afi: number, safi: number): string {
  return familyOf(afi, safi) ?? `afi ${afi} safi ${safi}`;
}

/** Tuples of a capability, each so many octets, in words. */
function tuples(start: number, end: number, size: number, say: (at: number) => string): string {
  const words: string[] = [];
  for (let at = start; at + size <= end; at += size) words.push(say(at));
  return words.join(", ");
}

const ways = ["", "receive", "send", "both"];
const roleNames = ["provider", "rs-server", "rs-client", "customer", "peer"];
const safiFamily = (buf: Uint8Array, at: number): string => familyWords(u16At(buf, at), buf[at + 2]!);

type Say = (buf: Uint8Array, start: number, end: number) => string;

const say: Readonly<Record<number, Say>> = {
  [capabilityCode.multiprotocol]: (buf, at, end) => (end - at < 4 ? "" : familyWords(u16At(buf, at), buf[at + 3]!)),
  [capabilityCode.fourOctetAs]: (buf, at, end) => (end - at < 4 ? "" : String(u32At(buf, at))),
  [capabilityCode.addPath]: (buf, at, end) =>
    tuples(at, end, 4, (one) => `${safiFamily(buf, one)} ${ways[buf[one + 3]!] ?? buf[one + 3]}`),
  [capabilityCode.extendedNextHop]: (buf, at, end) =>
    tuples(at, end, 6, (one) => `${familyWords(u16At(buf, one), buf[one + 3]!)} by afi ${u16At(buf, one + 4)}`),
  [capabilityCode.gracefulRestart]: (buf, at, end) => {
    if (end - at < 2) return "";
    const bits = [...(buf[at]! & 0x80 ? ["restarting"] : []), ...(buf[at]! & 0x40 ? ["notification"] : [])];
    const kept = tuples(at + 2, end, 4, (one) => safiFamily(buf, one) + (buf[one + 3]! & 0x80 ? " (kept)" : ""));
    return [`${u16At(buf, at) & 0xfff} s`, ...bits, ...(kept === "" ? [] : [kept])].join(", ");
  },
  [capabilityCode.longLivedGracefulRestart]: (buf, at, end) =>
    tuples(at, end, 7, (one) => `${safiFamily(buf, one)} ${u32At(buf, one + 3) & 0xffffff} s`),
  [capabilityCode.role]: (buf, at, end) => (end - at < 1 ? "" : (roleNames[buf[at]!] ?? String(buf[at]))),
};

/** The capabilities of the parameters from `start` (their length octet) to `end`, as far as lengths can be believed. */
function capabilityWords(buf: Uint8Array, start: number, end: number): CapabilityWords[] {
  const all: CapabilityWords[] = [];
  // RFC 9072: a length of 255 that is followed by type 255 means two-octet lengths.
  const isExtended = buf[start] !== 0 && start + 1 < end && buf[start + 1] === 255;
  const header = isExtended ? 3 : 2;
  for (let at = start + (isExtended ? 4 : 1); at + header <= end; ) {
    const value = at + header;
    const next = Math.min(end, value + (isExtended ? u16At(buf, at + 1) : buf[at + 1]!));
    if (buf[at] === 2) for (let tlv = value; tlv + 2 <= next; tlv += 2 + buf[tlv + 1]!) all.push(one(buf, tlv, next));
    at = next;
  }
  return all;
}

function one(buf: Uint8Array, at: number, limit: number): CapabilityWords {
  const code = buf[at]!;
  const end = Math.min(limit, at + 2 + buf[at + 1]!);
  const name = capabilityTable.find((row) => row.code === code)?.name ?? otherNames[code] ?? `capability ${code}`;
  const value = say[code]?.(buf, at + 2, end) || hexOf(buf.subarray(at + 2, end));
  return { code, name, value };
}

/** What an OPEN offers, when it can be read; for who reads the messages that follow it. */
export function openOffer(
  buf: Uint8Array,
  start: number,
  end: number,
): { readonly asn: number; readonly capabilities: Capabilities } | undefined {
  const open: ReturnType<typeof readOpen> = readOpen(buf, start, end);
  return "capabilities" in open ? { asn: openAsn(open as Open), capabilities: open.capabilities } : undefined;
}

/** The OPEN from `start` (its marker) to `end`, at least 29 octets. Never throws. */
export function describeOpen(buf: Uint8Array, start: number, end: number): OpenWords {
  const at = start + HEADER_LENGTH;
  const open = readOpen(buf, start, end);
  const isOpen = "capabilities" in open;
  return {
    type: "OPEN",
    length: end - start,
    version: buf[at]!,
    asn: isOpen ? openAsn(open) : u16At(buf, at + 1),
    holdTimeSeconds: u16At(buf, at + 3),
    routerId: formatAddress(ipv4(u32At(buf, at + 5))),
    capabilities: capabilityWords(buf, at + 9, end),
    ...(!isOpen && { fault: { notification: describeNotification(open.notification), why: open.why } }),
  };
}
