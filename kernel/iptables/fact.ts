import type { Levels } from "../../lib/fact.ts";
import type { TableName } from "./table.ts";

/** What bears every fact: whose tables they are, as `ipv4 nft`. */
interface Where {
  readonly tables: string;
}

/** Everything an iptables driver can say. */
export type IptablesFact =
  /** An earlier process (ours, or a Calico's) left chains, and we go on with them. */
  | ({ readonly fact: "iptables.adopted"; readonly chains: number; readonly rules: number } & Where)
  /** A chain cannot be written; until it can, it drops everything (in nat: it does nothing). The other chains are as wanted. */
  | ({
      readonly fact: "iptables.refused";
      readonly table: TableName;
      readonly chain: string;
      readonly why: string;
    } & Where)
  /** A chain that had been refused is as wanted now. */
  | ({ readonly fact: "iptables.accepted"; readonly table: TableName; readonly chain: string } & Where)
  /** The kernel or the program could not be asked at all, the lock was held by another, or an answer was lost. */
  | ({
      readonly fact: "iptables.failed";
      readonly error: string;
      readonly attempt: number;
      readonly retryMs: number;
    } & Where)
  /** Somebody else changed what is ours; it is being put right. */
  | ({ readonly fact: "iptables.disturbed"; readonly table: TableName; readonly what: string } & Where)
  /** All our chains of a table are written anew, because smaller steps did not work. */
  | ({ readonly fact: "iptables.rebuilt"; readonly table: TableName; readonly why: string } & Where);

/** How loud each is. */
export const iptablesLevels: Levels<IptablesFact> = {
  "iptables.adopted": "info",
  "iptables.refused": "error",
  "iptables.accepted": "info",
  "iptables.failed": "error",
  "iptables.disturbed": "warn",
  "iptables.rebuilt": "warn",
};
