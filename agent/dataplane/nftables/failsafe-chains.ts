import type { Chain } from "../../../kernel/nftables/chain.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule } from "../../../kernel/nftables/rule.ts";
import { describeReason, type FailsafePort } from "../../../policy/evaluate.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { portProtocols } from "./lower-match.ts";
import { failsafeChain } from "./names.ts";

/**
 * The ports of this host that no policy can close, as host endpoints ask first. Before conntrack replies of such connections are let
 * through too, so that they stay tracked. Only the chain of the stage `normal` counts: the others decide nothing.
 */
export function failsafeRules(direction: Direction, stage: Stage, { failsafes }: FirewallOptions): Rule[] {
  const inbound = direction === "ingress";
  const rules = (inbound ? failsafes.inbound : failsafes.outbound).map((port): Rule => {
    const asked = asks(port, inbound ? "saddr" : "daddr", "dport");
    if (stage !== "normal") return { expressions: [...asked, { kind: "accept" }] };
    const name = describeReason({ by: "failsafe port", direction, protocol: port.protocol, port: port.port });
    return { expressions: [...asked, { kind: "counter" }, { kind: "accept" }], name };
  });
  if (stage !== "untracked") return rules;
  const replies = (inbound ? failsafes.outbound : failsafes.inbound).map(
    (port): Rule => ({ expressions: [...asks(port, inbound ? "saddr" : "daddr", "sport"), { kind: "accept" }] }),
  );
  return [...rules, ...replies];
}

/** The chain of them, or none when there are no such ports. */
export function failsafeChains(direction: Direction, stage: Stage, options: FirewallOptions): Chain[] {
  const rules = failsafeRules(direction, stage, options);
  return rules.length === 0 ? [] : [{ name: failsafeChain(direction, stage), rules }];
}

function asks(port: FailsafePort, far: "saddr" | "daddr", field: "sport" | "dport"): Expression[] {
  const asked: Expression = {
    kind: "port",
    protocol: portProtocols[port.protocol]!,
    field,
    from: port.port,
    to: port.port,
  };
  return port.net ? [{ kind: "address", field: far, prefix: port.net }, asked] : [asked];
}
