import type { Chain, ChainId, Gate } from "../chain.ts";
import type { PolicyState } from "../policy-state.ts";
import { describeOrigin, type Rule, type SideMatch } from "../rule.ts";
import type { SetId } from "../set.ts";
import { type DefinitionOf, setWords } from "../trace/set-words.ts";
import { isUnconditional } from "./gate-pairs.ts";

/** A rule that no packet can ever meet, and why. */
export interface DeadRule {
  readonly rule: string;
  readonly why: string;
}

/**
 * Rules that can never be met, whatever is sent: behind one that every packet meets, in the same policy or, for each endpoint
 * that has it, in the same tier; in a tier that no packet reaches; or about a set of nobody. `state` is a `WholeCluster`'s.
 */
export function deadRules(state: PolicyState, definitionOf: DefinitionOf): DeadRule[] {
  const empty = new Set<SetId>();
  for (const [{ id }, members] of state.sets()) if (members.size === 0) empty.add(id);
  const unreached = unreachedChains(state);
  const dead: DeadRule[] = [];
  for (const chain of state.chains.values()) {
    if (chain.owner.kind === "Profile") continue;
    let why = unreached.get(chain.id);
    for (const rule of chain.rules) {
      const nobody = emptySet(rule, empty);
      const reason = why ?? (nobody === undefined ? undefined : `nothing is ${setWords(nobody, definitionOf)}`);
      if (reason !== undefined) dead.push({ rule: describeOrigin(rule.origin), why: reason });
      if (why === undefined && decidesAll(rule)) why = behind(rule);
    }
  }
  return dead.sort((x, y) => (x.rule < y.rule ? -1 : 1));
}

function decidesAll(rule: Rule): boolean {
  return rule.action !== "log" && isUnconditional(rule);
}

function behind({ origin, action }: Rule): string {
  return `behind ${describeOrigin(origin)}, which ${action === "pass" ? "passes" : action === "deny" ? "denies" : "allows"} everything`;
}

/** A set without members that the rule wants its packets in. */
function emptySet({ match }: Rule, empty: ReadonlySet<SetId>): SetId | undefined {
  for (const side of [match.source, match.destination]) {
    const found = side && emptyOf(side, empty);
    if (found !== undefined) return found;
  }
  return undefined;
}

function emptyOf({ inSets, inPortSets, ports, namedPorts }: SideMatch, empty: ReadonlySet<SetId>): SetId | undefined {
  const wanted = [...(inSets ?? []), ...(inPortSets ?? [])].find((id) => empty.has(id));
  if (wanted !== undefined || ports || !namedPorts) return wanted;
  return namedPorts.every((id) => empty.has(id)) ? namedPorts[0] : undefined;
}

/** Chains that no gate which has them ever asks, with what stands in front of them in the first such gate. */
function unreachedChains(state: PolicyState): Map<ChainId, string> {
  const reached = new Set<ChainId>();
  const blocked = new Map<ChainId, string>();
  const seen = new Set<string>();
  for (const gate of gatesOf(state)) {
    const key = JSON.stringify(gate.tiers);
    if (seen.has(key)) continue;
    seen.add(key);
    walk(state, gate, reached, blocked);
  }
  for (const id of reached) blocked.delete(id);
  return blocked;
}

function* gatesOf(state: PolicyState): Generator<Gate> {
  for (const { ingress, egress } of state.endpoints.values()) yield* [ingress, egress];
  for (const { stages } of state.hosts.values()) {
    for (const { ingress, egress } of Object.values(stages)) yield* [ingress, egress];
  }
}

function walk(state: PolicyState, { tiers }: Gate, reached: Set<ChainId>, blocked: Map<ChainId, string>): void {
  let closed: string | undefined;
  for (const { tier, chains, atEnd } of tiers) {
    let wall = closed;
    let hasPass = false;
    for (const id of chains) {
      if (wall !== undefined) {
        blocked.set(id, blocked.get(id) ?? wall);
        continue;
      }
      reached.add(id);
      const chain = state.chains.get(id);
      if (!chain || chain.staged) continue;
      const all = chain.rules.find(decidesAll);
      hasPass ||= passes(chain, all);
      if (all) wall = behind(all);
    }
    // The end of the tier is come to only where nothing in it meets every packet.
    const leadsOn = hasPass || (wall === undefined && atEnd === "pass");
    if (closed === undefined && !leadsOn) closed = wall ?? `no packet gets past tier ${tier}`;
  }
}

function passes({ rules }: Chain, until: Rule | undefined): boolean {
  const asked = until ? rules.slice(0, rules.indexOf(until) + 1) : rules;
  return asked.some(({ action }) => action === "pass");
}
