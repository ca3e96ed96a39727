import type { Levels } from "../../lib/fact.ts";

/** Everything the nftables driver can say. */
export type NftFact =
  /** An earlier process left a table, and we go on with it. */
  | { readonly fact: "nft.adopted"; readonly table: string; readonly chains: number; readonly sets: number }
  /** The kernel said no; nothing of the transaction happened, and we look and try again. */
  | {
      readonly fact: "nft.refused";
      readonly table: string;
      readonly what: string;
      readonly error: string;
      readonly detail: string;
      readonly attempt: number;
      readonly retryMs: number;
    }
  /**
   * The kernel never takes some rule of this chain, or a set that it looks into: it does without its log, or a drop stands in for the
   * chain; all else goes on. `chain` is empty when it is a set that nobody looks into.
   */
  | {
      readonly fact: "nft.isolated";
      readonly table: string;
      readonly chain: string;
      readonly what: string;
      readonly error: string;
      readonly detail: string;
    }
  /** The kernel could not be asked at all. */
  | {
      readonly fact: "nft.failed";
      readonly table: string;
      readonly error: string;
      readonly attempt: number;
      readonly retryMs: number;
    }
  /** Somebody else changed our table, or may have (notifications were lost); it is being put right. */
  | { readonly fact: "nft.disturbed"; readonly table: string; readonly how: "changed" | "lost" }
  /** The table is replaced whole, in one transaction, because smaller steps cannot or did not work. */
  | { readonly fact: "nft.rebuilt"; readonly table: string; readonly why: string };

/** How loud each is. */
export const nftLevels: Levels<NftFact> = {
  "nft.adopted": "info",
  "nft.refused": "error",
  "nft.isolated": "error",
  "nft.failed": "error",
  "nft.disturbed": "warn",
  "nft.rebuilt": "warn",
};
