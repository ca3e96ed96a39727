import { parseAddress } from "../../net/address-text.ts";
import { parseAsn } from "../../net/asn.ts";
import { community } from "../iana.ts";
import type { ExtendedCommunity, LargeCommunity } from "./path-attributes.ts";

/** Communities that have a name (IANA, "BGP Well-known Communities"), as operators write them. */
const wellKnown: ReadonlyMap<string, number> = new Map([
  ["graceful-shutdown", community.gracefulShutdown],
  ["llgr-stale", community.llgrStale],
  ["no-llgr", community.noLlgr],
  ["blackhole", community.blackhole],
  ["no-export", community.noExport],
  ["no-advertise", community.noAdvertise],
  ["no-export-subconfed", community.noExportSubconfed],
]);

/** Types of extended communities that have a short name: the low octet of the type (RFC 4360 4, 5). */
const subtypes: ReadonlyMap<string, number> = new Map([
  ["rt", 0x02],
  ["soo", 0x03],
]);

/** The community that `65000:100` or a well-known name spells, as a host integer; undefined when it is none. */
export function parseCommunity(text: string): number | undefined {
  const named = wellKnown.get(text.toLowerCase());
  if (named !== undefined) return named;
  const [, high, low] = /^([0-9]{1,5}):([0-9]{1,5})$/.exec(text) ?? [];
  return Number(high) <= 0xffff && Number(low) <= 0xffff ? Number(high) * 65536 + Number(low) : undefined;
}

/** `65000:100`, or the name of a well-known one. */
export function formatCommunity(value: number): string {
  for (const [name, number] of wellKnown) if (number === value) return name;
  return `${value >>> 16}:${value & 0xffff}`;
}

/** The large community that `65000:1:2` spells (RFC 8092 5), or undefined. */
export function parseLargeCommunity(text: string): LargeCommunity | undefined {
  const parts = /^([0-9]{1,10}):([0-9]{1,10}):([0-9]{1,10})$/.exec(text);
  const [globalAdministrator = -1, localData1 = -1, localData2 = -1] = parts?.slice(1).map(Number) ?? [];
  if (!parts || [globalAdministrator, localData1, localData2].some((part) => part > 0xffffffff)) return undefined;
  return { globalAdministrator, localData1, localData2 };
}

/** `65000:1:2`, without leading zeros (RFC 8092 5). */
export function formatLargeCommunity({ globalAdministrator, localData1, localData2 }: LargeCommunity): string {
  return `${globalAdministrator}:${localData1}:${localData2}`;
}

/**
 * The extended community that a text spells, or undefined: `rt:65000:100` (route target) and `soo:10.0.0.1:7` (site of
 * origin) of an AS of two or four octets or of an address (RFC 4360 3, RFC 5668 2), any other as `0x` and 16 digits.
 */
export function parseExtendedCommunity(text: string): ExtendedCommunity | undefined {
  const hex = /^0x([0-9a-fA-F]{8})([0-9a-fA-F]{8})$/.exec(text);
  if (hex) return { high: Number.parseInt(hex[1]!, 16), low: Number.parseInt(hex[2]!, 16) };
  const [, name = "", global = "", local = ""] = /^([a-z]+):([0-9.]+):([0-9]{1,10})$/.exec(text) ?? [];
  const subtype = subtypes.get(name);
  const number = Number(local);
  if (subtype === undefined || number > 0xffffffff) return undefined;
  const address = parseAddress(global);
  const asn = address ? undefined : parseAsn(global);
  if (asn !== undefined && asn <= 0xffff) return { high: ((subtype << 16) | asn) >>> 0, low: number };
  const administrator = address?.family === "ipv4" ? address.a : asn;
  if (administrator === undefined || number > 0xffff) return undefined;
  const type = address ? 0x01 : 0x02;
  return {
    high: ((type << 24) | (subtype << 16) | (administrator >>> 16)) >>> 0,
    low: (((administrator & 0xffff) << 16) | number) >>> 0,
  };
}

/** As `parseExtendedCommunity` reads it. */
export function formatExtendedCommunity({ high, low }: ExtendedCommunity): string {
  const type = high >>> 24;
  const name = [...subtypes].find(([, subtype]) => subtype === ((high >>> 16) & 0xff))?.[0];
  if (name !== undefined && type === 0x00) return `${name}:${high & 0xffff}:${low}`;
  const administrator = (((high & 0xffff) << 16) | (low >>> 16)) >>> 0;
  if (name !== undefined && type === 0x02 && administrator > 0xffff) return `${name}:${administrator}:${low & 0xffff}`;
  if (name !== undefined && type === 0x01) {
    const octets = [24, 16, 8, 0].map((shift) => (administrator >>> shift) & 0xff);
    return `${name}:${octets.join(".")}:${low & 0xffff}`;
  }
  return `0x${high.toString(16).padStart(8, "0")}${low.toString(16).padStart(8, "0")}`;
}
