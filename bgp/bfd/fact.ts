import type { BfdState } from "./port.ts";

/** What BFD can say; `peer` is the address watched, with zone when it has one. */
export type BfdFact =
  | {
      readonly fact: "bgp.bfd-state";
      readonly peer: string;
      readonly state: BfdState["state"];
      readonly reason: string;
    }
  | { readonly fact: "bgp.bfd-dropped"; readonly peer: string; readonly why: string }
  | { readonly fact: "bgp.bfd-unwatched"; readonly peer: string; readonly why: string }
  | { readonly fact: "bgp.bfd-socket-failed"; readonly what: string; readonly why: string }
  | { readonly fact: "bgp.bfd-worker-ended"; readonly why: string; readonly restartSeconds: number };
