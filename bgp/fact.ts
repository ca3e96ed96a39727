import type { Fact, Levels } from "../lib/fact.ts";
import type { Family } from "../net/family.ts";
import type { BfdFact } from "./bfd/fact.ts";
import type { State } from "./session/state.ts";
import type { SpeakerFact } from "./speaker/fact.ts";

/** What a session can say. `peer` is the session's name: address, with zone when it has one. */
export type SessionFact =
  | {
      readonly fact: "bgp.session-state";
      readonly peer: string;
      readonly from: State;
      readonly to: State;
      readonly why: string;
    }
  | {
      readonly fact: "bgp.session-up";
      readonly peer: string;
      readonly asn: number;
      readonly families: readonly Family[];
      readonly holdTimeSeconds: number;
    }
  | { readonly fact: "bgp.session-down"; readonly peer: string; readonly why: string; readonly hint: string }
  | { readonly fact: "bgp.connection-refused"; readonly peer: string; readonly why: string }
  | {
      readonly fact: "bgp.notification-sent" | "bgp.notification-received";
      readonly peer: string;
      readonly code: number;
      readonly subcode: number;
      readonly text: string;
    }
  | {
      readonly fact: "bgp.update-malformed";
      readonly peer: string;
      readonly action: "discard" | "withdraw" | "reset";
      readonly attribute: number | undefined;
      readonly why: string;
      /** The whole offending UPDATE, hexadecimal, cut after 4096 octets (RFC 7606 6). */
      readonly update: string;
    }
  | { readonly fact: "bgp.message-ignored"; readonly peer: string; readonly type: string; readonly why: string }
  | { readonly fact: "bgp.stale-swept"; readonly peer: string; readonly family: Family; readonly why: string };

/** Everything that this room can say; `SessionFact` and, beside it, the RIB's. */
export type BgpFact = (SessionFact | SpeakerFact | BfdFact) & Fact;

/** How loud each fact is. */
export const bgpLevels: Levels<BgpFact> = {
  "bgp.session-state": "debug",
  "bgp.session-up": "info",
  "bgp.session-down": "info",
  "bgp.connection-refused": "info",
  "bgp.notification-sent": "info",
  "bgp.notification-received": "info",
  "bgp.update-malformed": "warn",
  "bgp.message-ignored": "debug",
  "bgp.stale-swept": "info",
  "bgp.listening": "info",
  "bgp.listen-failed": "error",
  "bgp.stranger": "info",
  "bgp.gate-open": "info",
  "bgp.in-sync": "info",
  "bgp.max-prefixes": "warn",
  "bgp.max-prefixes-near": "warn",
  "bgp.refresh-overdue": "warn",
  "bgp.bfd-state": "info",
  "bgp.bfd-dropped": "warn",
  "bgp.bfd-unwatched": "warn",
  "bgp.bfd-socket-failed": "warn",
  "bgp.bfd-worker-ended": "error",
};
