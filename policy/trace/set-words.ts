import { portProtocols, type SetDefinition } from "../compile/set-definition.ts";
import type { Selector } from "../selector/ast.ts";
import { canonicalText } from "../selector/canonical.ts";
import { NAMESPACE_LABEL } from "../selector/scope.ts";
import { ALL_HOSTS, ALL_POOLS, MASQUERADE_POOLS, SERVICE_RANGES, type SetId } from "../set.ts";

/** What a set was made from; undefined where nobody knows. */
export type DefinitionOf = (id: SetId) => SetDefinition | undefined;

const fixed: Readonly<Record<SetId, string>> = {
  [ALL_POOLS]: "an address of an IP pool",
  [MASQUERADE_POOLS]: "an address of an IP pool with natOutgoing",
  [ALL_HOSTS]: "an address of a node",
  [SERVICE_RANGES]: "an address of a service",
};

/** What being in a set means, to stand behind "is" or "is not": `app == "web" in namespace shop`. */
export function setWords(id: SetId, definitionOf: DefinitionOf): string {
  const definition = definitionOf(id);
  if (!definition) return fixed[id] ?? (id.startsWith("svc:") ? `a backend of service ${id.slice(4)}` : `in ${id}`);
  const { selector, port } = definition;
  const where = selector ? selectorWords(selector) : `a backend of service ${id.slice(4)}`;
  return port ? `port ${port.name}/${portProtocols[port.protocol] ?? port.protocol} of ${where}` : where;
}

/** A selector as its author would say it: the namespace that a namespaced policy adds stands behind. */
export function selectorWords(selector: Selector): string {
  if (selector.op === "all") return "any endpoint";
  if (selector.op === "eq" && selector.label === NAMESPACE_LABEL) return `in namespace ${selector.value}`;
  if (selector.op !== "and") return plain(selector);
  const [first, ...rest] = selector.of;
  if (first?.op !== "eq" || first.label !== NAMESPACE_LABEL) return plain(selector);
  const others = rest.filter((part) => part.op !== "all");
  const space = `in namespace ${first.value}`;
  return others.length === 0 ? space : `${others.map(plain).join(" && ")} ${space}`;
}

function plain(selector: Selector): string {
  const text = canonicalText(selector);
  return selector.op === "and" || selector.op === "or" ? text.slice(1, -1) : text;
}
