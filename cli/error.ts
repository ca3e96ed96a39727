import { type Problem, problemText } from "../datastore/problem.ts";
import { ManxError } from "../lib/error.ts";

/** The command cannot be carried out as it was given; the message is for the person who gave it. */
export class CliError extends ManxError<"cli/failed", { readonly reasons: readonly string[] }> {
  constructor(message: string, reasons: readonly string[] = []) {
    super("cli/failed", [message, ...reasons].join("\n"), { reasons });
  }
}

/** Nobody serves the socket that was asked. */
export class NobodyServes extends CliError {}

/** What was given contains mistakes, all of them listed; nothing has been written. */
export class BadInput extends ManxError<"cli/bad-input", { readonly mistakes: readonly string[] }> {
  constructor(mistakes: readonly string[]) {
    const many = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    const text = mistakes.map((mistake) => `  ${mistake}`).join("\n");
    super("cli/bad-input", `${many} in the input, nothing was changed:\n${text}`, { mistakes });
  }
}

/** A problem with an object and the file and line it came from. */
export function mistakeText(where: string, problem: Problem): string {
  return `${where}: ${problemText(problem)}`;
}
