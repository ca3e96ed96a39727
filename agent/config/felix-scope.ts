import type { FelixConfiguration } from "../../datastore/model/felix-configuration.ts";
import { matches } from "../../policy/selector/evaluate.ts";
import { parseSelector } from "../../policy/selector/parse.ts";

type Labels = Readonly<Record<string, string>>;

/** Older first; of the same age the one whose name sorts first. A missing time of creation counts as the youngest. */
function byAge(x: FelixConfiguration, y: FelixConfiguration): number {
  const [a, b] = [x, y].map(({ metadata }) => metadata.creationTimestamp || "~");
  if (a !== b) return a! < b! ? -1 : 1;
  return x.metadata.name < y.metadata.name ? -1 : 1;
}

function concerns({ spec, metadata }: FelixConfiguration, labels: Labels): boolean {
  if (!spec.nodeSelector || metadata.name === "default" || metadata.name.startsWith("node.")) return false;
  const parsed = parseSelector(spec.nodeSelector);
  return "selector" in parsed && matches(parsed.selector, labels);
}

/**
 * The FelixConfigurations that hold for a node, weakest first: `default`; of those with a nodeSelector that chooses the node,
 * the oldest alone; `node.<name>`. A selector that cannot be read chooses nobody. Source: Calico 3.32.
 */
export function felixFor(
  nodeName: string,
  labels: Labels,
  all: ReadonlyMap<string, FelixConfiguration>,
): readonly FelixConfiguration[] {
  const [chosen] = [...all.values()].filter((one) => concerns(one, labels)).sort(byAge);
  return [all.get("default"), chosen, all.get(`node.${nodeName}`)].filter((one) => one !== undefined);
}
