import { blank } from "./blank.ts";

/** One TypeScript file, as every rule sees it. */
export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  /** The first folder: `net`, `bgp`, … */
  readonly room: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked; same length, same lines. */
  readonly code: string;
  /** Tests, properties and contracts: they may import anything and look at clocks. */
  readonly isTest: boolean;
  /** Whether the file belongs to the thin shell: it lies in a folder named `io`, or in a room that is all shell. */
  readonly isShell: boolean;
}

/** Rooms that look at the program from outside; only `e2e/scenario` in them is a core. */
const outside = /^(bench|e2e)\//;

/** A source from its path and its text. */
export function source(path: string, text: string): Source {
  const inIo = /(^|\/)io\//.test(path);
  return {
    path,
    room: path.split("/")[0]!,
    text,
    code: blank(text),
    isTest: /\.(test|prop|contract)\.ts$/.test(path),
    isShell: inIo || (outside.test(path) && !path.startsWith("e2e/scenario/")),
  };
}

/** The line, counted from 1, of a place in a text. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", next + 1)) line++;
  return line;
}

/** How many lines a text has; a last line without an end counts. */
export function lineCount(text: string): number {
  return text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
