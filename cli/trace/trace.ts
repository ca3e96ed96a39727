import type { Family } from "../../net/family.ts";
import { decidingRules, type FlowTrace, type Place, traceFlow } from "../../policy/trace/flow.ts";
import { keyOfWorkload, nameOfWorkload, TraceWorld } from "../../policy/trace/world.ts";
import { CliError } from "../error.ts";
import { type StoreOptions, withStore } from "../session.ts";
import type { Shell } from "../shell.ts";
import { askCounters } from "./asked.ts";
import { clusterFacts } from "./facts.ts";
import { answer, formOf } from "./form.ts";
import { type PacketOptions, packetKind } from "./packet-kind.ts";
import { placesOf } from "./place.ts";
import { flowText } from "./text.ts";

/** What `manxctl trace` can be told. */
export interface TraceOptions extends StoreOptions, PacketOptions {
  readonly from?: string;
  readonly to?: string;
  readonly namespace?: string;
  readonly family?: string;
  readonly uplink?: string;
  readonly output?: string;
}

/** How many pairs of addresses are followed at most. */
const mostFlows = 16;

function familyOf(text: string | undefined): Family | undefined {
  if (text === undefined || text === "ipv4" || text === "ipv6") return text;
  throw new CliError(`--family ${text}: ipv4 or ipv6 would be right`);
}

/** Every pair of places of one family. */
function pairs(from: readonly Place[], to: readonly Place[]): (readonly [Place, Place])[] {
  return from.flatMap((one) =>
    to.filter((other) => other.address.family === one.address.family).map((other) => [one, other] as const),
  );
}

/** `manxctl trace`: exit code 0 when all is allowed, 1 when something is denied, 2 when that cannot be said. @throws CliError */
export async function trace(shell: Shell, options: TraceOptions): Promise<number> {
  const form = formOf(options.output);
  const family = familyOf(options.family);
  const { from, to, namespace = "default" } = options;
  if (from === undefined || to === undefined) throw new CliError("--from and --to are wanted");
  const kind = packetKind(options);
  const facts = await withStore(shell, options, (session) => clusterFacts(shell, session));
  const world = new TraceWorld(facts, options.uplink);
  const only = family ?? (kind.protocol === 1 ? "ipv4" : kind.protocol === 58 ? "ipv6" : undefined);
  const [starts, ends] = [from, to].map((word) => placesOf(word, namespace, world, only));
  const found = pairs(starts!, ends!);
  if (found.length === 0) throw new CliError(`${from} and ${to} have no address of the same family`);
  if (found.length > mostFlows) throw new CliError(`${found.length} pairs of addresses: name the addresses themselves`);
  const flows = found.map(([start, end]) => traceFlow(world, start, end, kind));
  const counters = await askCounters(shell, [...new Set(flows.flatMap(decidingRules).map(({ rule }) => rule))]);
  const names = new Map(world.workloads.map((one) => [keyOfWorkload(one), nameOfWorkload(one)]));
  const called = (endpoint: string): string => names.get(endpoint) ?? endpoint;
  answer(shell, form, { flows, counters }, () => flows.map((one) => flowText(one, kind, counters, called)).join("\n"));
  return exitCode(flows);
}

function exitCode(flows: readonly FlowTrace[]): number {
  if (flows.some(({ verdict }) => verdict === "unknown")) return 2;
  return flows.some(({ verdict }) => verdict === "deny") ? 1 : 0;
}
