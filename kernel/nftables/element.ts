import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { maskWord, parsePrefix } from "../../net/prefix.ts";
import { InvalidRuleset } from "./error.ts";
import { keyOctets, registerOctets } from "./field-type.ts";
import { addressOctets, hostWord32, type Octets, octet, readHostWord32, readWord32, word16, word32 } from "./octets.ts";
import { protocolName, protocolNumber } from "./protocol.ts";
import type { ElementText, FieldType, SetSpec } from "./set.ts";

/**
 * An element in the form in which sets are compared and encoded: a string whose characters are octets (0..255). Of an exact set it
 * is the kernel's key. Of an interval set it is the first key of the range and the last, both inclusive, each with its first
 * field moved behind the others, so that ranges sort and meet as plain strings do.
 */
export type ElementKey = Octets;

function number(text: string, most: number): number | undefined {
  const value = /^(0|[1-9][0-9]*|0x[0-9a-f]+)$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : undefined;
}

const family = { ipv4_addr: "ipv4", ipv6_addr: "ipv6" } as const satisfies Partial<Record<FieldType, Family>>;

/** The octets of one exact field, or undefined when the text is not of the type. */
function exactField(type: FieldType, text: string): string | undefined {
  switch (type) {
    case "ipv4_addr":
    case "ipv6_addr": {
      const address = parseAddress(text);
      return address?.family === family[type] ? addressOctets(address) : undefined;
    }
    case "inet_proto": {
      const protocol = protocolNumber(text);
      return protocol === undefined ? undefined : octet(protocol);
    }
    case "inet_service": {
      const port = number(text, 65535);
      return port === undefined ? undefined : word16(port);
    }
    case "mark": {
      const mark = number(text, 0xffffffff);
      return mark === undefined ? undefined : hostWord32(mark);
    }
    case "ifname":
      return /^[!-~]{1,15}$/.test(text) ? text.padEnd(16, "\0") : undefined;
  }
}

/** First and last octets of a prefix, a range or a single value. */
function rangedField(type: FieldType, text: string): readonly [string, string] | undefined {
  if (type === "ipv4_addr" || type === "ipv6_addr") {
    const prefix = parsePrefix(text);
    if (prefix?.family === family[type]) {
      const n = prefix.length;
      const { a, b, c, d } = prefix;
      const low = [a & maskWord(n), b & maskWord(n - 32), c & maskWord(n - 64), d & maskWord(n - 96)];
      const high = [a | ~maskWord(n), b | ~maskWord(n - 32), c | ~maskWord(n - 64), d | ~maskWord(n - 96)];
      const words = addressBits[prefix.family] / 32;
      return [low.slice(0, words).map(word32).join(""), high.slice(0, words).map(word32).join("")];
    }
  }
  const [first, last = first, ...more] = text.split("-");
  const from = exactField(type, first!);
  const to = exactField(type, last!);
  return from === undefined || to === undefined || from > to || more.length > 0 ? undefined : [from, to];
}

/** The key of an element, or undefined when the text does not spell one of that set. */
export function parseElement(spec: SetSpec, text: ElementText): ElementKey | undefined {
  if (spec.key.length === 1) {
    const type = spec.key[0];
    if (!spec.interval) return exactField(type, text);
    const range = rangedField(type, text);
    return range && range[0] + range[1];
  }
  const fields = text.split(" . ");
  if (fields.length !== spec.key.length) return undefined;
  let rest = "";
  for (let i = spec.interval ? 1 : 0; i < fields.length; i++) {
    const value = exactField(spec.key[i]!, fields[i]!);
    if (value === undefined) return undefined;
    rest += value.padEnd(registerOctets(spec.key[i]!), "\0");
  }
  if (!spec.interval) return rest;
  const range = rangedField(spec.key[0], fields[0]!);
  if (!range) return undefined;
  const wide = registerOctets(spec.key[0]);
  return rest + range[0].padEnd(wide, "\0") + rest + range[1].padEnd(wide, "\0");
}

/** The key of an element. @throws InvalidRuleset when the text does not spell one of that set. */
export function elementKey(spec: SetSpec, text: ElementText): ElementKey {
  const key = parseElement(spec, text);
  if (key === undefined) {
    const right = `${spec.key.join(" . ")}${spec.interval ? ", the first perhaps a prefix or a range" : ""}`;
    throw new InvalidRuleset(`element of set ${spec.name}`, text, right);
  }
  return key;
}

/** The kernel's first and last key (the same of an exact set) that an element's key stands for. */
export function keyBounds(spec: SetSpec, key: ElementKey): readonly [string, string] {
  if (!spec.interval) return [key, key];
  const wide = keyOctets(spec.key);
  if (spec.key.length === 1) return [key.slice(0, wide), key.slice(wide)];
  const rest = wide - registerOctets(spec.key[0]);
  const from = key.slice(rest, wide) + key.slice(0, rest);
  return [from, key.slice(wide + rest) + key.slice(wide, wide + rest)];
}

/** The element's key for the kernel's first and last key; undoes `keyBounds`. */
export function keyOfBounds(spec: SetSpec, from: string, to: string): ElementKey {
  if (!spec.interval) return from;
  if (spec.key.length === 1) return from + to;
  const first = registerOctets(spec.key[0]);
  return from.slice(first) + from.slice(0, first) + to.slice(first) + to.slice(0, first);
}

function fieldText(type: FieldType, octets: string): string {
  switch (type) {
    case "ipv4_addr":
      return formatAddress({ family: "ipv4", a: readWord32(octets, 0), b: 0, c: 0, d: 0 });
    case "ipv6_addr": {
      const [a, b, c, d] = [
        readWord32(octets, 0),
        readWord32(octets, 4),
        readWord32(octets, 8),
        readWord32(octets, 12),
      ];
      return formatAddress({ family: "ipv6", a, b, c, d });
    }
    case "inet_proto":
      return protocolName(octets.charCodeAt(0));
    case "inet_service":
      return String(octets.charCodeAt(0) * 256 + octets.charCodeAt(1));
    case "mark":
      return `0x${readHostWord32(octets).toString(16).padStart(8, "0")}`;
    case "ifname":
      return `"${octets.slice(0, octets.indexOf("\0"))}"`;
  }
}

/** How many leading bits two equally long keys share when they are the ends of a prefix, or undefined when they are not. */
function prefixBits(from: string, to: string): number | undefined {
  let bits = 0;
  let inside = true;
  for (let i = 0; i < from.length; i++) {
    const low = from.charCodeAt(i);
    const high = to.charCodeAt(i);
    if (!inside && (low !== 0 || high !== 255)) return undefined;
    if (!inside || low === high) {
      bits += inside ? 8 : 0;
      continue;
    }
    inside = false;
    const shared = Math.clz32(low ^ high) - 24;
    const host = 255 >> shared;
    if ((low & host) !== 0 || (high & host) !== host) return undefined;
    bits += shared;
  }
  return bits;
}

function rangeText(type: FieldType, from: string, to: string): string {
  if (from === to) return fieldText(type, from);
  const bits = type === "ipv4_addr" || type === "ipv6_addr" ? prefixBits(from, to) : undefined;
  return bits === undefined ? `${fieldText(type, from)}-${fieldText(type, to)}` : `${fieldText(type, from)}/${bits}`;
}

/** An element's key as nft prints it. */
export function printElement(spec: SetSpec, key: ElementKey): ElementText {
  const [from, to] = keyBounds(spec, key);
  if (spec.key.length === 1) return rangeText(spec.key[0], from, to);
  let at = 0;
  const texts = spec.key.map((type) => {
    const start = at;
    at += registerOctets(type);
    const end = type === "ifname" ? at : start + (registerOctets(type) === 4 ? 4 : 16);
    return rangeText(type, from.slice(start, end), to.slice(start, end));
  });
  return texts.join(" . ");
}
