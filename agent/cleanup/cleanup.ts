import type { CleanupPart } from "./part.ts";

/** How a cleanup speaks with whoever asked for it. */
export interface CleanupTalk {
  readonly say: (line: string) => void;
  /** Whether what was listed is to go. */
  readonly confirm: () => Promise<boolean>;
}

/** Lines shown of one part; of more only the number. */
const shown = 5;

function list(name: string, lines: readonly string[], say: CleanupTalk["say"]): void {
  say(`${name}: ${lines.length}`);
  for (const line of lines.slice(0, shown)) say(`  ${line}`);
  if (lines.length > shown) say(`  and ${lines.length - shown} more`);
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Takes away what an agent left, part after part in their order, once it was listed and agreed to. A part that fails keeps none of
 * the others. Answers whether nothing is left.
 */
export async function cleanUp(parts: readonly CleanupPart[], { say, confirm }: CleanupTalk): Promise<boolean> {
  const there: CleanupPart[] = [];
  let isWhole = true;
  for (const part of parts) {
    try {
      const lines = await part.find();
      if (lines.length === 0) continue;
      list(part.name, lines, say);
      there.push(part);
    } catch (error) {
      isWhole = false;
      say(`${part.name}: cannot be looked at: ${why(error)}`);
    }
  }
  if (there.length === 0) {
    say(isWhole ? "nothing of ours is here" : "nothing else of ours is here");
    return isWhole;
  }
  if (!(await confirm())) {
    say("nothing was changed");
    return false;
  }
  for (const part of there) {
    try {
      await part.remove();
      const left = await part.find();
      if (left.length > 0) throw new Error(`${left.length} left: ${left.slice(0, shown).join(", ")}`);
      say(`${part.name}: gone`);
    } catch (error) {
      isWhole = false;
      say(`${part.name}: ${why(error)}`);
    }
  }
  return isWhole;
}
