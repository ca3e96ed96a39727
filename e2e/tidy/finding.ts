/** One place where the tree breaks a rule of the house: where, what is wrong, and what would be right. */
export interface Finding {
  /** Path from the root, and the line, counted from 1. */
  readonly path: string;
  readonly line: number;
  readonly wrong: string;
  readonly right: string;
}

/** `file:line: wrong; right`, as editors and people read it. */
export function formatFinding(finding: Finding): string {
  return `${finding.path}:${finding.line}: ${finding.wrong}; ${finding.right}`;
}
