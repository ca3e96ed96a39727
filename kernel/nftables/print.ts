import { type Chain, compareHooks, type Hook } from "./chain.ts";
import { commentOf, saysItself } from "./comment.ts";
import { elementKey, printElement } from "./element.ts";
import { printVerdict } from "./expression/verdict.ts";
import type { Expression } from "./expression.ts";
import { keyOctets } from "./field-type.ts";
import { disjoint } from "./interval.ts";
import type { VerdictMap } from "./map.ts";
import { printExpression } from "./print-expression.ts";
import { protocolName } from "./protocol.ts";
import type { Rule } from "./rule.ts";
import type { NamedSet } from "./set.ts";
import type { Table } from "./table.ts";

/** Whether what follows asks for the protocol by itself, so that nft does not print the question before it. */
function isImplied(expression: Expression, next: Expression | undefined): boolean {
  if (expression.kind !== "l4proto" || expression.not || !next) return false;
  if (next.kind === "port") return next.protocol === protocolName(expression.protocol);
  return next.kind === "lookup" && next.key.length === 1 && (next.key[0] === "dport" || next.key[0] === "sport");
}

/** A rule as one line, as `nft -s list` prints it in an inet table (ICMP codes and types without a name as numbers). */
export function printRule(rule: Rule): string {
  const words: string[] = [];
  let transport = "th";
  for (const [i, expression] of rule.expressions.entries()) {
    if (expression.kind === "l4proto" && !expression.not) transport = protocolName(expression.protocol);
    if (expression.kind === "reject" && expression.with === "tcp reset" && transport !== "tcp") {
      words.push("meta l4proto tcp");
    }
    if (expression.kind === "snat" || expression.kind === "dnat") words.push(`meta nfproto ${expression.to.family}`);
    if (!isImplied(expression, rule.expressions[i + 1])) words.push(printExpression(expression, transport));
  }
  if (rule.name !== undefined && !saysItself(rule)) words.push(`comment "${commentOf(rule.name)}"`);
  return words.join(" ");
}

/** Priorities with a name (`man nft`, "Standard priority names"); nft also names what is within 10 of one. */
const priorityNames: readonly (readonly [string, number, readonly Hook["point"][] | "any"])[] = [
  ["raw", -300, "any"],
  ["mangle", -150, "any"],
  ["dstnat", -100, ["prerouting"]],
  ["filter", 0, "any"],
  ["security", 50, "any"],
  ["srcnat", 100, ["postrouting"]],
];

function printPriority({ priority, point }: Hook): string {
  for (const [name, value, points] of priorityNames) {
    const distance = priority - value;
    if (Math.abs(distance) > 10 || (points !== "any" && !points.includes(point))) continue;
    return distance === 0 ? name : `${name} ${distance < 0 ? "-" : "+"} ${Math.abs(distance)}`;
  }
  return String(priority);
}

/** A chain with its rules, indented as inside a table. */
export function printChain({ name, hook, rules }: Chain): string {
  const head = hook
    ? [`\t\ttype ${hook.type} hook ${hook.point} priority ${printPriority(hook)}; policy ${hook.policy};`]
    : [];
  return [`\tchain ${name} {`, ...head, ...rules.map((rule) => `\t\t${printRule(rule)}`), "\t}"].join("\n");
}

/** A set with its elements, as the kernel gets them: sorted, ranges that meet made one. @throws InvalidRuleset */
export function printSet(set: NamedSet): string {
  const keys = [...new Set(Array.from(set.elements, (text) => elementKey(set, text)))].sort();
  const elements = set.interval ? disjoint(keys, keyOctets(set.key)) : keys;
  const lines = [`\tset ${set.name} {`, `\t\ttype ${set.key.join(" . ")}`];
  if (set.interval) lines.push("\t\tflags interval");
  if (set.comment !== undefined) lines.push(`\t\tcomment "${commentOf(set.comment)}"`);
  if (elements.length > 0) {
    lines.push(`\t\telements = { ${elements.map((key) => printElement(set, key)).join(", ")} }`);
  }
  return [...lines, "\t}"].join("\n");
}

/** A verdict map with its entries, sorted. */
export function printMap({ name, entries }: VerdictMap): string {
  const sorted = [...entries].sort(([x], [y]) => (x < y ? -1 : 1));
  const lines = [`\tmap ${name} {`, "\t\ttype ifname : verdict"];
  if (sorted.length > 0) {
    lines.push(
      `\t\telements = { ${sorted.map(([key, verdict]) => `"${key}" : ${printVerdict(verdict)}`).join(", ")} }`,
    );
  }
  return [...lines, "\t}"].join("\n");
}

/**
 * A whole table, as `nft -s list table` prints one that the driver has made at once, but each set's elements on one line.
 * @throws InvalidRuleset
 */
export function printTable(table: Table): string {
  const sets = [
    ...table.sets.map((set) => [set.name, printSet(set)] as const),
    ...table.maps.map((map) => [map.name, printMap(map)] as const),
  ].sort(([x], [y]) => (x < y ? -1 : 1));
  const base = table.chains.filter(({ hook }) => hook).sort((x, y) => compareHooks(x.hook!, y.hook!));
  const others = table.chains.filter(({ hook }) => !hook);
  const blocks = [...sets.map(([, text]) => text), ...base.map(printChain), ...others.map(printChain)];
  return `table ${table.family} ${table.name} {\n${blocks.join("\n\n")}\n}\n`;
}
