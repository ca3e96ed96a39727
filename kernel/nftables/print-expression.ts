import { unreachable } from "../../lib/error.ts";
import { formatAddress } from "../../net/address-text.ts";
import { addressBits } from "../../net/family.ts";
import { formatPrefix, masked, type Prefix } from "../../net/prefix.ts";
import { isMatch } from "./encoded-rule.ts";
import { printVerdict } from "./expression/verdict.ts";
import type { Expression, KeyField, Match, Statement } from "./expression.ts";
import { icmpTypeName } from "./icmp-name.ts";
import { protocolName } from "./protocol.ts";

type MatchOf<K extends Match["kind"]> = Extract<Match, { readonly kind: K }>;

/** Four octets as nft writes marks. */
function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}

function span(from: number, to: number): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function unequal(not: boolean | undefined): string {
  return not ? "!= " : "";
}

function printPrefix(prefix: Prefix): string {
  return prefix.length === addressBits[prefix.family] ? formatAddress(prefix) : formatPrefix(masked(prefix));
}

function printAddress({ field, prefix, not }: MatchOf<"address">): string {
  if (prefix.length === 0 && !not) return `meta nfproto ${prefix.family}`;
  return `${prefix.family === "ipv4" ? "ip" : "ip6"} ${field} ${unequal(not)}${printPrefix(prefix)}`;
}

function printIcmp({ family, type, code, not }: MatchOf<"icmp">): string {
  const word = family === "ipv4" ? "icmp" : "icmpv6";
  const name = icmpTypeName(family, type);
  if (code === undefined) return `${word} type ${unequal(not)}${name}`;
  if (not) return `${word} type . ${word} code != ${name} . ${code}`;
  return `${word} type ${name} ${word} code ${code}`;
}

function printMark({ mask, value, not }: MatchOf<"mark">): string {
  if (mask === undefined || mask >>> 0 === 0xffffffff) return `meta mark ${unequal(not)}${hex(value)}`;
  return `meta mark & ${hex(mask)} ${not ? "!=" : "=="} ${hex(value)}`;
}

function printKey(key: readonly KeyField[], transport: string): string {
  const port = key.length === 1 ? transport : "th";
  const words = key.map((field) => {
    if (field === "sport" || field === "dport") return `${port} ${field}`;
    return field === "l4proto" || field === "mark" ? `meta ${field}` : field;
  });
  return words.join(" . ");
}

function printLimit({ rate, per, burst, over }: MatchOf<"limit">): string {
  return `limit rate ${over ? "over " : ""}${rate}/${per}${burst === 5 ? "" : ` burst ${burst} packets`}`;
}

/** A match as nft prints it; `transport` is the protocol the rule has asked for before, or `th`. */
function printMatch(match: Match, transport: string): string {
  const { kind } = match;
  switch (kind) {
    case "address":
      return printAddress(match);
    case "port":
      return `${match.protocol} ${match.field} ${unequal(match.not)}${span(match.from, match.to)}`;
    case "l4proto":
      return `meta l4proto ${unequal(match.not)}${protocolName(match.protocol)}`;
    case "nfproto":
      return `meta nfproto ${unequal(match.not)}${match.family}`;
    case "icmp":
      return printIcmp(match);
    case "interface":
      return `${match.field} ${unequal(match.not)}"${match.name}"`;
    case "mark":
      return printMark(match);
    case "ct state":
      return `ct state ${match.not ? "! " : ""}${match.states.join(",")}`;
    case "ct status":
      return `ct status ${match.not ? "! " : ""}${match.status}`;
    case "lookup":
      return `${printKey(match.key, transport)} ${unequal(match.not)}@${match.set}`;
    case "reverse path":
      return `fib saddr . ${match.mark ? "mark . " : ""}iif oif ${match.missing ? "" : "!= "}0`;
    case "address type":
      return `fib ${match.field} type ${unequal(match.not)}${match.type}`;
    case "limit":
      return printLimit(match);
    case "ct count":
      return `ct count ${match.over ? "over " : ""}${match.connections}`;
    default:
      return unreachable(match);
  }
}

function printSetMark(keep: number, flip: number): string {
  if (keep >>> 0 === 0) return `meta mark set ${hex(flip)}`;
  if (flip >>> 0 === 0) return `meta mark set meta mark & ${hex(keep)}`;
  if (~keep >>> 0 === flip >>> 0) return `meta mark set meta mark | ${hex(flip)}`;
  // nft speaks of bits that are set, unless some are turned round.
  const turns = (keep & flip) !== 0;
  return `meta mark set meta mark & ${hex(turns ? keep : keep | flip)} ${turns ? "^" : "|"} ${hex(flip)}`;
}

function printNat(statement: Extract<Statement, { readonly kind: "snat" | "dnat" }>): string {
  const { to, ports } = statement;
  const address = to.family === "ipv6" && ports ? `[${formatAddress(to)}]` : formatAddress(to);
  const where = `${address}${ports ? `:${span(ports.from, ports.to)}` : ""}`;
  return `${statement.kind} ${to.family === "ipv4" ? "ip" : "ip6"} to ${where}${statement.fullyRandom ? " fully-random" : ""}`;
}

function printLog(statement: Extract<Statement, { readonly kind: "log" }>): string {
  const { prefix, group, snaplen } = statement;
  const prefixed = prefix === "" ? "log" : `log prefix "${prefix}"`;
  if (group === undefined) return prefixed;
  return `${prefixed} group ${group}${snaplen === undefined ? "" : ` snaplen ${snaplen}`}`;
}

const rejects = {
  "port-unreachable": "reject",
  "admin-prohibited": "reject with icmpx admin-prohibited",
  "tcp reset": "reject with tcp reset",
} as const;

function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case "counter":
    case "notrack":
      return statement.kind;
    case "set mark":
      return printSetMark(statement.keep, statement.flip);
    case "log":
      return printLog(statement);
    case "reject":
      return rejects[statement.with];
    case "masquerade": {
      const ports = statement.ports ? ` to :${span(statement.ports.from, statement.ports.to)}` : "";
      return `masquerade${ports}${statement.fullyRandom ? " fully-random" : ""}`;
    }
    case "snat":
    case "dnat":
      return printNat(statement);
    case "vmap":
      return `${statement.key} vmap @${statement.map}`;
    default:
      return printVerdict(statement);
  }
}

/** One expression as nft 1.0.6 prints it in an inet table; `transport` is what the rule has asked for before, or `th`. */
export function printExpression(expression: Expression, transport = "th"): string {
  return isMatch(expression) ? printMatch(expression, transport) : printStatement(expression);
}
