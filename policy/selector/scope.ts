import type { Selector } from "./ast.ts";

/** The label that carries an object's namespace; objects of no namespace lack it. */
export const NAMESPACE_LABEL = "projectcalico.org/namespace";
/** The label that carries an endpoint's service account. */
export const SERVICE_ACCOUNT_LABEL = "projectcalico.org/serviceaccount";

/**
 * A selector of namespaces, said of the endpoints in them: profiles give an endpoint its namespace's labels behind
 * `pcns.`, `all()` means any namespace and `global()` none.
 * Source: Calico libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go.
 */
export function ofNamespaces(selector: Selector): Selector {
  return rewritten(selector, (part) => {
    if (part.op === "all") return { op: "has", label: NAMESPACE_LABEL };
    if (part.op === "global") return { op: "not", of: { op: "has", label: NAMESPACE_LABEL } };
    return "label" in part ? { ...part, label: `pcns.${part.label}` } : part;
  });
}

/** A selector of service accounts, said of the endpoints that use them: their labels stand behind `pcsa.`. */
export function ofServiceAccounts(selector: Selector): Selector {
  return rewritten(selector, (part) => ("label" in part ? { ...part, label: `pcsa.${part.label}` } : part));
}

function rewritten(selector: Selector, leaf: (part: Selector) => Selector): Selector {
  if (selector.op === "not") return { op: "not", of: rewritten(selector.of, leaf) };
  if (selector.op === "and" || selector.op === "or") {
    return { op: selector.op, of: selector.of.map((part) => rewritten(part, leaf)) };
  }
  return leaf(selector);
}
