import { WholeCluster } from "../../policy/diff/cluster.ts";
import { deadRules } from "../../policy/diff/dead-rules.ts";
import type { PolicyInput } from "../../policy/graph/policy-graph.ts";
import { PolicyState } from "../../policy/policy-state.ts";
import { describeOwner, type Owner } from "../../policy/rule.ts";
import { aligned } from "../bgp/aligned.ts";
import { type StoreOptions, withStore } from "../session.ts";
import type { Shell } from "../shell.ts";
import { type AskedCounters, askCounters } from "./asked.ts";
import { clusterFacts } from "./facts.ts";
import { answer, formOf } from "./form.ts";

/** What `manxctl policy unused` found. */
interface Unused {
  /** Rules that no packet can ever meet. */
  readonly neverMet: readonly { readonly rule: string; readonly why: string }[];
  /** Policies that apply to no endpoint. */
  readonly selectNothing: readonly string[];
  /** Rules that this node has not met since, or why that is not known. */
  readonly notMetYet:
    | { readonly node: string; readonly since: string; readonly rules: readonly string[] }
    | { readonly why: string };
}

const policyKinds = [
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "StagedNetworkPolicy",
  "StagedGlobalNetworkPolicy",
] as const satisfies readonly Owner["kind"][];

/** `manxctl policy unused`. @throws CliError */
export async function policyUnused(shell: Shell, options: StoreOptions & { readonly output?: string }): Promise<void> {
  const form = formOf(options.output);
  const { inputs } = await withStore(shell, options, (session) => clusterFacts(shell, session));
  const cluster = new WholeCluster();
  const state = new PolicyState();
  state.apply(cluster.tell(inputs));
  const unused: Unused = {
    neverMet: deadRules(state, (id) => cluster.setDefinition(id)),
    selectNothing: idlePolicies(inputs, state),
    notMetYet: notMetYet(await askCounters(shell)),
  };
  answer(shell, form, unused, () => unusedText(unused));
}

function idlePolicies(inputs: readonly PolicyInput[], state: PolicyState): string[] {
  const active = new Set([...state.chains.values()].map(({ owner }) => describeOwner(owner)));
  return inputs
    .flatMap(({ kind, change }) => {
      const known = policyKinds.find((each) => each === kind);
      return known && change.kind === "set" ? [`${known} ${change.key}`] : [];
    })
    .filter((name) => !active.has(name))
    .sort();
}

function notMetYet(counters: AskedCounters): Unused["notMetYet"] {
  if ("why" in counters) return counters;
  const { node, since } = counters;
  const rules = counters.rules.filter(({ packets, policy }) => packets === 0 && policy !== "").map(({ rule }) => rule);
  return { node, since, rules: rules.sort() };
}

function unusedText({ neverMet, selectNothing, notMetYet: yet }: Unused): string {
  const rows = neverMet.map(({ rule, why }) => [rule, why]);
  const parts = [
    neverMet.length === 0
      ? "Every rule can be met by some packet.\n"
      : aligned([{ heading: "RULE THAT CAN NEVER BE MET" }, { heading: "WHY" }], rows),
    selectNothing.length === 0
      ? "Every policy applies to an endpoint.\n"
      : aligned(
          [{ heading: "POLICY THAT APPLIES TO NO ENDPOINT" }],
          selectNothing.map((name) => [name]),
        ),
  ];
  if ("why" in yet) parts.push(`Which rules were never met is not known: ${yet.why}.\n`);
  else if (yet.rules.length === 0) parts.push(`Every rule on ${yet.node} was met since ${yet.since}.\n`);
  else
    parts.push(
      aligned(
        [{ heading: `RULE NOT MET ON ${yet.node} SINCE ${yet.since}` }],
        yet.rules.map((rule) => [rule]),
      ),
    );
  return parts.join("\n");
}
