/** The tables of iptables that we write to. */
export type TableName = "raw" | "filter" | "nat";

/** A rule's arguments, without `-A chain`. */
export type RuleText = string;

/** Our chains of one table, by name, and how the kernel's own chains lead to them. */
export interface TableText {
  readonly table: TableName;
  readonly chains: ReadonlyMap<string, readonly RuleText[]>;
  readonly hooks: readonly Hook[];
}

/** A rule that should stand first, or last, in one of the kernel's own chains. */
export interface Hook {
  readonly chain: "PREROUTING" | "INPUT" | "FORWARD" | "POSTROUTING";
  readonly rule: RuleText;
  readonly place: "first" | "last";
}

/** The longest comment (XT_MAX_COMMENT_LEN less its NUL). */
const LONGEST_COMMENT = 255;

/** A comment match that says where a rule came from. */
export function comment(text: string): RuleText {
  const clean = text.replace(/[^ !#-~]/gu, "?").replaceAll("\\", "?");
  return `-m comment --comment "${clean.slice(0, LONGEST_COMMENT)}"`;
}

/** Rules' arguments side by side, absent ones left out. */
export function rule(...parts: readonly (string | undefined)[]): RuleText {
  return parts.filter((part) => part).join(" ");
}

/**
 * The tables in the words of `iptables-restore --noflush`: each chain of ours is emptied and written anew in one step, all
 * others stay. Hooks are appended only when asked for: they must not be written twice.
 */
export function restoreText(tables: readonly TableText[], withHooks: boolean): string {
  const lines: string[] = [];
  for (const { table, chains, hooks } of tables) {
    lines.push(`*${table}`);
    for (const name of chains.keys()) lines.push(`:${name} - [0:0]`);
    for (const [name, rules] of chains) for (const text of rules) lines.push(`-A ${name} ${text}`);
    for (const hook of withHooks ? hooks : []) {
      lines.push(hook.place === "first" ? `-I ${hook.chain} 1 ${hook.rule}` : `-A ${hook.chain} ${hook.rule}`);
    }
    lines.push("COMMIT");
  }
  return lines.map((line) => `${line}\n`).join("");
}
