import type { Address } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { PortRange } from "../../policy/rule.ts";
import { type FirewallOptions, marksOf } from "../dataplane/options.ts";
import { isNone, type Reading } from "./field.ts";

/** A 32-bit mask, decimal or hexadecimal, with a bit for each state that a packet is marked with. */
export const markMask: Reading<number> = {
  read: (value) => {
    const mask = /^0x[0-9a-fA-F]{1,8}$/.test(value) ? Number(value) : /^[0-9]{1,10}$/.test(value) ? Number(value) : 0;
    return mask <= 0xffffffff && marksOf(mask) ? mask : undefined;
  },
  want: "a 32-bit mask with at least three bits, such as 0xffff0000",
};

/** An address, or none. */
export const addressOrNone: Reading<Address | undefined | "none"> = {
  read: (value) => (isNone(value) ? "none" : parseAddress(value)),
  want: "an IPv4 or IPv6 address, or none",
};

/** One port or `first:last`, or none. */
export const portRangeOrNone: Reading<PortRange | "none"> = {
  read: (value) => {
    if (isNone(value)) return "none";
    const [, low, high = low] = /^([0-9]{1,5})(?::([0-9]{1,5}))?$/.exec(value) ?? [];
    const range = { from: Number(low), to: Number(high) };
    return range.from >= 1 && range.from <= range.to && range.to <= 65535 ? range : undefined;
  },
  want: "a port or first:last within 1 to 65535, or none",
};

const spans = { second: "second", sec: "second", s: "second", minute: "minute", min: "minute", m: "minute" } as const;
const longSpans = { hour: "hour", h: "hour", day: "day", d: "day" } as const;

/** So many a span of time, without the burst. */
export type LogRate = Omit<NonNullable<FirewallOptions["logRate"]>, "burst">;

/** `10/second`, `5/minute`, `1/hour`, `1/day` as iptables abbreviates them too, or none. */
export const logRateOrNone: Reading<LogRate | "none"> = {
  read: (value) => {
    if (isNone(value)) return "none";
    const [, rate, span = ""] = /^([0-9]{1,6})\/([a-z]{1,6})$/.exec(value.toLowerCase()) ?? [];
    const per = ({ ...spans, ...longSpans } as Readonly<Record<string, LogRate["per"]>>)[span];
    return per && Number(rate) > 0 ? { rate: Number(rate), per } : undefined;
  },
  want: "a rate such as 10/second or 5/minute, or none",
};

/** The name of an interface; a `+` at the end stands for all that begin so. */
export const interfaceFilter: Reading<string> = {
  read: (value) => {
    if (isNone(value)) return "";
    return /^[^\s/+]{1,15}\+?$/.test(value) && value.length <= 15 ? value : undefined;
  },
  want: "an interface's name of up to 15 characters, with a + at its end for all that begin so",
};
