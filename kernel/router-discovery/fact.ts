import type { Levels } from "../../lib/fact.ts";

/** What router discovery can say. */
export type DiscoveryFact =
  /** The neighbour of an interface is known from now on, or is another one now; `others` are heard beside it. */
  | {
      readonly fact: "kernel.neighbour.heard";
      readonly interface: string;
      readonly address: string;
      readonly others: readonly string[];
    }
  /** An interface has no neighbour any more. */
  | { readonly fact: "kernel.neighbour.gone"; readonly interface: string; readonly why: string }
  /** A packet did not count. Told once for each reason as long as the link is up. */
  | {
      readonly fact: "kernel.discovery.dropped";
      readonly interface: string;
      readonly from: string;
      readonly why: string;
    }
  /** The kernel makes a default route of what it hears there: it will stand beside the routes of BGP. */
  | { readonly fact: "kernel.discovery.default-route"; readonly interface: string; readonly why: string }
  /** A socket, or the watch over links, does not work; tried again. Told once until it works. */
  | { readonly fact: "kernel.discovery.failed"; readonly interface: string; readonly why: string };

/** How loud each of them is. */
export const discoveryLevels: Levels<DiscoveryFact> = {
  "kernel.neighbour.heard": "info",
  "kernel.neighbour.gone": "info",
  "kernel.discovery.dropped": "warn",
  "kernel.discovery.default-route": "warn",
  "kernel.discovery.failed": "warn",
};
