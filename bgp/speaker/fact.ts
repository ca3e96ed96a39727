import type { Family } from "../../net/family.ts";
import type { PrefixLimit } from "./prefix-limit.ts";

/** What the speaker above the sessions can say. */
export type SpeakerFact =
  | { readonly fact: "bgp.listening"; readonly address: string; readonly port: number }
  | { readonly fact: "bgp.listen-failed"; readonly why: string; readonly retrySeconds: number }
  | { readonly fact: "bgp.stranger"; readonly peer: string; readonly why: string }
  | { readonly fact: "bgp.gate-open"; readonly why: string }
  | { readonly fact: "bgp.in-sync"; readonly family: Family; readonly why: string }
  /** A peer has sent more prefixes than its limit; `action` is what follows. */
  | {
      readonly fact: "bgp.max-prefixes";
      readonly peer: string;
      readonly family: Family;
      readonly limit: number;
      readonly action: PrefixLimit["action"];
    }
  /** A peer comes near its limit. */
  | {
      readonly fact: "bgp.max-prefixes-near";
      readonly peer: string;
      readonly family: Family;
      readonly limit: number;
      readonly count: number;
    }
  /** A peer that began to tell everything again (RFC 7313) did not say in time that it had: what it left out goes. */
  | {
      readonly fact: "bgp.refresh-overdue";
      readonly peer: string;
      readonly family: Family;
      readonly afterSeconds: number;
    };
