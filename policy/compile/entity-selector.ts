import type { EntityRule } from "../../datastore/model/entity-rule.ts";
import { conjunction, labelEquals, labelIn, type Selector } from "../selector/ast.ts";
import { parseSelector } from "../selector/parse.ts";
import { NAMESPACE_LABEL, ofNamespaces, ofServiceAccounts, SERVICE_ACCOUNT_LABEL } from "../selector/scope.ts";

/** A field that no valid resource holds; the caller fails closed. */
export const UNREADABLE = "unreadable";

/**
 * The endpoints and network sets that one side of a rule means, or undefined when it asks for none in particular.
 * A namespaced policy's side is confined to its namespace as soon as it says anything of labels, `notSelector`
 * included, unless a namespaceSelector says which namespaces.
 * Source: Calico libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go (GetEntityRuleSelector).
 */
export function entitySelector(
  side: EntityRule,
  namespace: string | undefined,
): Selector | undefined | typeof UNREADABLE {
  const accounts = serviceAccountSelector(side.serviceAccounts);
  const labels = read(side.selector);
  const namespaces = read(side.namespaceSelector);
  if (accounts === UNREADABLE || labels === UNREADABLE || namespaces === UNREADABLE) return UNREADABLE;
  const parts = [accounts, labels].filter((part) => part !== undefined);
  const where = namespaces
    ? ofNamespaces(namespaces)
    : namespace !== undefined
      ? labelEquals(NAMESPACE_LABEL, namespace)
      : undefined;
  if (where && (parts.length > 0 || side.notSelector || namespaces)) {
    return parts.length > 0 ? conjunction([where, conjunction(parts)]) : where;
  }
  return parts.length > 0 ? conjunction(parts) : undefined;
}

/** What a rule's `notSelector` means: everything so labelled, in any namespace. */
export function excludedSelector(side: EntityRule): Selector | undefined | typeof UNREADABLE {
  return read(side.notSelector);
}

/** The workloads that a policy applies to. */
export function policySelector(
  spec: { readonly selector?: string; readonly namespaceSelector?: string; readonly serviceAccountSelector?: string },
  namespace: string | undefined,
): Selector | typeof UNREADABLE {
  const labels = read(spec.selector);
  const namespaces = read(spec.namespaceSelector);
  const accounts = read(spec.serviceAccountSelector);
  if (labels === UNREADABLE || namespaces === UNREADABLE || accounts === UNREADABLE) return UNREADABLE;
  const parts: Selector[] = [];
  if (labels && labels.op !== "all") parts.push(labels);
  if (namespace !== undefined) parts.push(labelEquals(NAMESPACE_LABEL, namespace));
  if (namespaces) parts.push(ofNamespaces(namespaces));
  if (accounts) parts.push(ofServiceAccounts(accounts));
  return conjunction(parts);
}

function serviceAccountSelector(match: EntityRule["serviceAccounts"]): Selector | undefined | typeof UNREADABLE {
  if (!match) return undefined;
  const labels = read(match.selector);
  if (labels === UNREADABLE) return UNREADABLE;
  const parts: Selector[] = labels ? [ofServiceAccounts(labels)] : [];
  if (match.names?.length) parts.push(labelIn(SERVICE_ACCOUNT_LABEL, match.names));
  return parts.length > 0 ? conjunction(parts) : undefined;
}

function read(text: string | undefined): Selector | undefined | typeof UNREADABLE {
  if (!text) return undefined;
  const parsed = parseSelector(text);
  return "fault" in parsed ? UNREADABLE : parsed.selector;
}
