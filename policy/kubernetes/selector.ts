import type { KubernetesSelector } from "./kubernetes-policy.ts";

/** The label that tells pods from the endpoints of other orchestrators. */
const ORCHESTRATOR = "projectcalico.org/orchestrator";

/** The pods that a selector of Kubernetes selects, as Calico's text; an absent one selects every pod. */
export function podSelectorText(selector: KubernetesSelector | null | undefined): string {
  return [`${ORCHESTRATOR} == 'k8s'`, ...terms(selector)].join(" && ");
}

/** The namespaces that a selector selects, as Calico's text; an absent one is no text, which means the policy's own. */
export function namespaceSelectorText(selector: KubernetesSelector | null | undefined): string {
  return selector ? terms(selector).join(" && ") || "all()" : "";
}

/** Labels in the order of their names, then the expressions in theirs; byte for byte as Calico writes them. */
function terms(selector: KubernetesSelector | null | undefined): string[] {
  const labels = Object.entries(selector?.matchLabels ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  return [
    ...labels.map(([key, value]) => `${key} == '${value}'`),
    ...(selector?.matchExpressions ?? []).flatMap(({ key, operator, values }) => {
      const list = `{ '${(values ?? []).join("', '")}' }`;
      switch (operator) {
        case "In":
          return [`${key} in ${list}`];
        case "NotIn":
          return [`${key} not in ${list}`];
        case "Exists":
          return [`has(${key})`];
        case "DoesNotExist":
          return [`! has(${key})`];
        default:
          // Left as it is, which no parser takes: to leave it out would select more than was meant.
          return [`${key} ${operator}`];
      }
    }),
  ];
}
