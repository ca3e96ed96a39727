/** One kind of thing that an agent leaves in a machine: what of it is there, and how it goes. */
export interface CleanupPart {
  /** For people: `routes`, `nftables`. */
  readonly name: string;
  /** What is there, a line each. @throws (as a rejection) when it cannot be looked at */
  find(): Promise<readonly string[]>;
  /** Takes away everything that `find` would list. @throws (as a rejection) */
  remove(): Promise<void>;
}
