import type { Resource } from "../../datastore/model/schemas.ts";
import { remove } from "../../lib/change.ts";
import { WholeCluster } from "../../policy/diff/cluster.ts";
import { type FlowChange, namesOf } from "../../policy/diff/flow-change.ts";
import { type FlowDiff, flowDiff } from "../../policy/diff/flow-diff.ts";
import { nameOf, partiesOf, type Side, sizeOf } from "../../policy/diff/side.ts";
import type { PolicyInput } from "../../policy/graph/policy-graph.ts";
import { PolicyState } from "../../policy/policy-state.ts";
import { nameOfWorkload } from "../../policy/trace/world.ts";
import { counted } from "../bgp/words.ts";
import { CliError } from "../error.ts";
import { type InputOptions, resourcesOf } from "../input.ts";
import { kindOf } from "../kind.ts";
import { type StoreOptions, withStore } from "../session.ts";
import type { Shell } from "../shell.ts";
import { asPolicyInput, clusterFacts, policyInputKey } from "./facts.ts";
import { answer, formOf } from "./form.ts";

/** What `manxctl policy diff` can be told. */
export interface DiffOptions extends StoreOptions, InputOptions {
  readonly delete?: boolean;
  readonly remove?: readonly string[];
  readonly max?: string;
  readonly output?: string;
}

/** Kinds whose change this compares: what there is to talk stays as it is. */
const comparable: ReadonlySet<string> = new Set([
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "Tier",
  "Profile",
  "NetworkSet",
  "GlobalNetworkSet",
  "StagedNetworkPolicy",
  "StagedGlobalNetworkPolicy",
  "StagedKubernetesNetworkPolicy",
]);

/** How many names of one side are printed before the rest is counted. */
const shownNames = 3;

/** `manxctl policy diff`: exit code 0 when no verdict changes, 1 when some do, 2 when not everything was compared. @throws CliError */
export async function policyDiff(shell: Shell, options: DiffOptions): Promise<number> {
  const form = formOf(options.output);
  const max = Number(options.max ?? 50);
  if (!Number.isInteger(max) || max < 1) throw new CliError(`--max ${options.max}: a number from 1 would be right`);
  const change = await changeOf(shell, options);
  const { inputs } = await withStore(shell, options, (session) => clusterFacts(shell, session));
  const diff = compare(inputs, change);
  const names = podNames(inputs);
  const isDual = new Set(addresses(inputs)).size > 1;
  answer(shell, form, forPrograms(diff, names), () => diffText(diff, names, max, isDual));
  return diff.changes.length > 0 ? 1 : diff.gaps.length > 0 ? 2 : 0;
}

async function changeOf(shell: Shell, options: DiffOptions): Promise<PolicyInput[]> {
  const { filename, remove: removed = [] } = options;
  if (filename === undefined && removed.length === 0) throw new CliError("-f FILE or --remove KIND/NAME is wanted");
  const placed = filename === undefined ? [] : await resourcesOf(shell, options);
  const fromFile = placed.map(({ where, resource }) => {
    if (!comparable.has(resource.kind)) {
      throw new CliError(
        `${where}: ${resource.kind} is not compared; one of ${[...comparable].join(", ")} would be right`,
      );
    }
    return options.delete ? removal(resource.kind, policyInputKey(resource)) : asPolicyInput(resource as Resource)!;
  });
  const named = removed.map((text) => {
    const slash = text.indexOf("/");
    const kind = slash < 0 ? undefined : kindOf(text.slice(0, slash));
    if (!kind || !comparable.has(kind))
      throw new CliError(`--remove ${text}: KIND/NAME or KIND/NAMESPACE/NAME would be right`);
    return removal(kind, text.slice(slash + 1));
  });
  return [...fromFile, ...named];
}

function removal(kind: string, key: string): PolicyInput {
  return { kind, change: remove(key) } as PolicyInput;
}

function compare(inputs: readonly PolicyInput[], change: readonly PolicyInput[]): FlowDiff {
  const cluster = new WholeCluster();
  const [before, after] = [new PolicyState(), new PolicyState()];
  const first = cluster.tell(inputs);
  before.apply(first);
  after.apply(first);
  const delta = cluster.tell(change);
  after.apply(delta);
  return flowDiff(before, after, delta);
}

/** What people call endpoints, by the names that policy has for them. */
function podNames(inputs: readonly PolicyInput[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { kind, change } of inputs) {
    if (kind === "WorkloadEndpoint" && change.kind === "set") names.set(change.key, nameOfWorkload(change.value));
  }
  return names;
}

function sideWords(sides: readonly Side[], names: ReadonlyMap<string, string>): string {
  const count = countOf(sides);
  if (count > 1000) return `${nameText(first(sides), names)} and ${count - 1} others`;
  const all = [...new Set(namesOf(sides).map((name) => nameText(name, names)))].sort();
  return someOf(all, ", ");
}

/** The first few of them; the rest is counted. */
function someOf(all: readonly string[], between: string): string {
  if (all.length <= shownNames) return all.join(between);
  return `${all.slice(0, shownNames - 1).join(between)} and ${all.length - shownNames + 1} others`;
}

function first([side]: readonly Side[]): string {
  for (const party of partiesOf(side!)) return nameOf(party);
  return "";
}

function nameText(name: string, names: ReadonlyMap<string, string>): string {
  return names.get(name) ?? name;
}

function countOf(sides: readonly Side[]): number {
  return sides.reduce((sum, side) => sum + sizeOf(side), 0);
}

/** The families of the endpoints' addresses. */
function* addresses(inputs: readonly PolicyInput[]): Generator<"ipv4" | "ipv6"> {
  for (const { kind, change } of inputs) {
    if (kind !== "WorkloadEndpoint" || change.kind !== "set") continue;
    for (const text of change.value.spec.ipNetworks ?? []) yield text.includes(":") ? "ipv6" : "ipv4";
  }
}

function diffText(
  { changes, gaps }: FlowDiff,
  names: ReadonlyMap<string, string>,
  max: number,
  isDual: boolean,
): string {
  const lines: string[] = [];
  for (const after of ["deny", "allow"] as const) {
    const group = changes.filter((change) => change.after === after);
    if (group.length === 0) continue;
    lines.push(after === "deny" ? "No longer allowed:" : "Newly allowed:");
    for (const change of group.slice(0, max)) lines.push(...changeLines(change, names, isDual));
    if (group.length > max) lines.push(`  … and ${counted(group.length - max, "line")} more (--max)`);
    lines.push("");
  }
  if (changes.length === 0) lines.push("No flow changes its verdict.");
  else
    lines.push(
      `${counted(pairsOf(changes), "pair")} of endpoints or outside peers in ${counted(changes.length, "line")}.`,
    );
  for (const gap of gaps) lines.push(`Not everything was compared: ${gap}.`);
  return `${lines.join("\n")}\n`;
}

function changeLines(
  { families, from, to, traffic, by, was }: FlowChange,
  names: ReadonlyMap<string, string>,
  isDual: boolean,
): string[] {
  const family = isDual && families.length === 1 ? ` (${families[0] === "ipv4" ? "IPv4" : "IPv6"})` : "";
  const ends = `${sideWords(from, names)} → ${sideWords(to, names)}`;
  return [`  ${ends}  ${traffic}${family}`, `    by ${by}; before: ${someOf(was, "; ")}`];
}

function pairsOf(changes: readonly FlowChange[]): number {
  return changes.reduce((sum, { from, to }) => sum + countOf(from) * countOf(to), 0);
}

function forPrograms({ changes, gaps }: FlowDiff, names: ReadonlyMap<string, string>): object {
  const side = (sides: readonly Side[]) => {
    const count = countOf(sides);
    const some = count > 1000 ? [first(sides)] : namesOf(sides);
    return { count, names: some.map((name) => nameText(name, names)) };
  };
  const told = changes.map(({ families, from, to, before, after, traffic, by, was }) => ({
    from: side(from),
    to: side(to),
    families,
    traffic,
    before,
    after,
    by,
    was,
  }));
  return { changes: told, gaps };
}
