import type { Levels } from "../lib/fact.ts";

/** Everything this room can say. Blocks are CIDRs, nodes are names. */
export type IpamFact =
  | { readonly fact: "ipam.block-claimed"; readonly node: string; readonly block: string; readonly from: string }
  | { readonly fact: "ipam.block-released"; readonly node: string; readonly block: string; readonly why: string }
  | { readonly fact: "ipam.affinity-repaired"; readonly node: string; readonly block: string; readonly done: string }
  | { readonly fact: "ipam.borrowed"; readonly node: string; readonly block: string; readonly owner: string }
  | {
      readonly fact: "ipam.leak-released";
      readonly node: string;
      readonly handle: string;
      readonly addresses: readonly string[];
      readonly block: string;
    }
  | { readonly fact: "ipam.collection-failed"; readonly node: string; readonly why: string }
  | { readonly fact: "ipam.stray-handle"; readonly handle: string }
  | { readonly fact: "ipam.unreadable"; readonly node: string; readonly key: string; readonly reason: string }
  | { readonly fact: "ipam.conflict"; readonly node: string; readonly key: string; readonly attempt: number };

/** How loud each fact is. */
export const ipamLevels: Levels<IpamFact> = {
  "ipam.block-claimed": "info",
  "ipam.block-released": "info",
  "ipam.affinity-repaired": "warn",
  "ipam.borrowed": "info",
  "ipam.leak-released": "warn",
  "ipam.collection-failed": "warn",
  "ipam.stray-handle": "warn",
  "ipam.unreadable": "error",
  "ipam.conflict": "debug",
};
