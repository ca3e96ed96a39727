/** What became of one cell. */
export type Outcome =
  | { readonly is: "ok"; readonly note: string }
  | { readonly is: "n/a"; readonly why: string }
  | { readonly is: "failed"; readonly error: Error };
