import { parseDuration } from "../../datastore/model/duration.ts";
import { parseAddress } from "../../net/address-text.ts";
import { parseAsn } from "../../net/asn.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";

/** One knob: the names under which the environment gives it (first that is set wins), its default, what it may be. */
export interface Field<T> {
  readonly names: readonly string[];
  readonly fallback: T;
  /** The value a text means, or undefined when it means none. */
  readonly read: (text: string) => T | undefined;
  /** What would be right, for the message about a wrong one. */
  readonly want: string;
  readonly meaning: string;
  /** How a value of a resource is spelled as text; absent: lists with commas, everything else as it is. */
  readonly spell?: (value: unknown) => string;
  /** A change takes effect while the agent runs. */
  readonly isLive: boolean;
}

/** How a text becomes a value, and the words for what is right. */
export interface Reading<T> {
  readonly read: (text: string) => T | undefined;
  readonly want: string;
  readonly spell?: (value: unknown) => string;
}

/** Any text. */
export const text: Reading<string> = { read: (value) => value, want: "a text" };

/** Any text; `none`, in any case, is the empty one, as Felix has it. */
export const textOrNone: Reading<string> = { read: (value) => (isNone(value) ? "" : value), want: "a text, or none" };

/** Whether a value says that there is to be none. */
export function isNone(value: string): boolean {
  return value.toLowerCase() === "none";
}

/** One of the given words, in any case, as Felix reads them. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Reading<Word> {
  return {
    read: (value) => words.find((word) => word.toLowerCase() === value.toLowerCase()),
    want: `one of ${words.join(", ")}`,
  };
}

/** A whole number in a range. */
export function integer(min: number, max: number): Reading<number> {
  return {
    read: (value) => {
      const number = /^-?[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
      return number >= min && number <= max ? number : undefined;
    },
    want: `a whole number from ${min} to ${max}`,
  };
}

/** Seconds: a number, or a span as FelixConfiguration spells it; up to a year. */
export const duration: Reading<number> = {
  read: (value) => {
    const seconds = /^[0-9]{1,8}(\.[0-9]{1,3})?$/.test(value) ? Number(value) : (parseDuration(value) ?? -1000) / 1000;
    return seconds >= 0 && seconds <= 31_536_000 ? seconds : undefined;
  },
  want: "seconds, or a span such as 90s or 1m30s",
};

/** true or false in Felix's spellings. */
export const boolean: Reading<boolean> = {
  read: (value) => {
    const word = value.toLowerCase();
    if (["true", "1", "yes", "y", "t", "on"].includes(word)) return true;
    return ["false", "0", "no", "n", "f", "off"].includes(word) ? false : undefined;
  },
  want: "true or false",
};

/** A comma-separated list without empty members. */
export const list: Reading<readonly string[]> = {
  read: (value) => value.split(",").flatMap((word) => word.trim() || []),
  want: "a comma-separated list",
};

/** An AS number, plain or asdot; 0 is reserved (RFC 7607). */
export const asn: Reading<number> = {
  read: (value) => parseAsn(value) || undefined,
  want: "an AS number, 1 to 4294967295 or hi.lo",
};

/** A host address with or without a prefix length, `autodetect`, or `none`. */
export function nodeAddress(family: "ipv4" | "ipv6"): Reading<Prefix | "autodetect" | "none"> {
  return {
    read: (value) => {
      if (value === "autodetect" || value === "none") return value;
      const prefix = parsePrefix(value);
      return prefix?.family === family ? prefix : undefined;
    },
    want: `an ${family === "ipv4" ? "IPv4" : "IPv6"} address, with or without /length, autodetect, or none`,
  };
}

/** A BGP identifier as a dotted quad that is not 0 and not multicast (RFC 6286). */
export const routerId: Reading<string> = {
  read: (value) => {
    const address = parseAddress(value);
    return address?.family === "ipv4" && address.a !== 0 && address.a >>> 28 !== 14 ? value : undefined;
  },
  want: "a dotted quad, not 0.0.0.0 and not in 224.0.0.0/4",
};

/** Puts a knob together. */
export function field<T>(
  names: string | readonly string[],
  reading: Reading<T>,
  fallback: NoInfer<T>,
  meaning: string,
): Field<T> {
  return { names: typeof names === "string" ? [names] : names, fallback, ...reading, meaning, isLive: false };
}

/** A knob whose changes take effect while the agent runs. */
export function liveField<T>(
  names: string | readonly string[],
  reading: Reading<T>,
  fallback: NoInfer<T>,
  meaning: string,
): Field<T> {
  return { ...field(names, reading, fallback, meaning), isLive: true };
}
