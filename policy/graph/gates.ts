import { chainId, type EndpointGates, type Gate, type StageGates, type TierChains } from "../chain.ts";
import { type Direction, isStaged, type Stage } from "../rule.ts";
import { type PlacedPolicy, profileOwner } from "./endpoint-policies.ts";
import type { LocalEndpoint } from "./local-endpoints.ts";
import type { TierSpec } from "./policy-order.ts";

/** What gates are made of: the policies that apply to an endpoint, in order, its profiles, and all tiers. */
export interface GateParts {
  readonly policies: readonly PlacedPolicy[];
  readonly profiles: readonly string[];
  readonly tiers: ReadonlyMap<string, TierSpec>;
}

/** A workload endpoint of this node with the gates that its policies and profiles make. */
export function workloadGates(local: LocalEndpoint, parts: GateParts): EndpointGates {
  const { key: endpoint, interfaceName, sources, spoofable, limits, floating } = local;
  const more = { ...(limits && { limits }), ...(floating.length > 0 && { floating }) };
  return { interfaceName, endpoint, sources, spoofable, ...stageGates(parts, "normal"), ...more };
}

/** The gates of one stage. There is nothing that leaves before DNAT. */
export function stageGates(parts: GateParts, stage: Stage): StageGates {
  const egress = stage === "pre-dnat" ? { ...parts, policies: [] } : parts;
  return { ingress: gate(parts, stage, "ingress"), egress: gate(egress, stage, "egress") };
}

function gate({ policies, profiles, tiers }: GateParts, stage: Stage, direction: Direction): Gate {
  const made: (TierChains & { chains: string[]; atEnd: "deny" | "pass" })[] = [];
  for (const { tier, owner, directions, stages } of policies) {
    if (!directions.includes(direction) || !stages.includes(stage)) continue;
    if (made.at(-1)?.tier !== tier) made.push({ tier, chains: [], atEnd: "pass" });
    const last = made.at(-1)!;
    last.chains.push(chainId(owner, direction, stage));
    if (deniesAtEnd(stage) && !isStaged(owner) && tiers.get(tier)!.defaultAction !== "Pass") {
      last.atEnd = "deny";
    }
  }
  if (stage !== "normal") return { tiers: made, profiles: [], atEnd: "continue" };
  return { tiers: made, profiles: profiles.map((name) => chainId(profileOwner(name), direction)), atEnd: "deny" };
}

/** Before conntrack and before DNAT nobody is denied for want of a rule: the stages to come deny. */
function deniesAtEnd(stage: Stage): boolean {
  return stage === "normal" || stage === "forward";
}
