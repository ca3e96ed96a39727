/** What is wrong with something that a person writes although it could be read: where, and what would be right. */
export interface WrittenFault {
  readonly path: readonly PropertyKey[];
  readonly want: string;
}

/** Tells a fault at a path. */
export type Complain = (path: readonly PropertyKey[], want: string) => void;
