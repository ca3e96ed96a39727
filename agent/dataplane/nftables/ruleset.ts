import type { Chain, ChainName } from "../../../kernel/nftables/chain.ts";
import type { Verdict } from "../../../kernel/nftables/expression.ts";
import type { ElementText, SetSpec } from "../../../kernel/nftables/set.ts";

/** What the lowering asks of whoever keeps our table: `RulesetDriver` of the kernel room, or a record in memory. */
export interface Ruleset {
  wantChain(chain: Chain): void;
  unwantChain(name: ChainName): void;
  wantSet(spec: SetSpec): void;
  unwantSet(name: string): void;
  /** The set must be wanted. */
  changeElements(set: string, add: Iterable<ElementText>, remove?: Iterable<ElementText>): void;
  wantMap(name: string): void;
  /** Its entries go with it. */
  unwantMap(name: string): void;
  /** The map must be wanted. */
  wantEntry(map: string, interfaceName: string, verdict: Verdict): void;
  unwantEntry(map: string, interfaceName: string): void;
}
