/** A selector of Kubernetes (metav1.LabelSelector): all labels and all expressions must match; empty selects everything. */
export interface KubernetesSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?:
    | readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] | null }[]
    | null;
}

/** A port of a rule; absent fields mean TCP and every port. */
export interface KubernetesPort {
  readonly protocol?: string | null;
  /** A number, also as text, or the name of a container's port. */
  readonly port?: number | string | null;
  /** Last port of a range that `port` begins. */
  readonly endPort?: number | null;
}

/** Whom a rule is about: pods, pods of namespaces, or a block of addresses and nothing beside it. */
export interface KubernetesPeer {
  readonly podSelector?: KubernetesSelector | null;
  readonly namespaceSelector?: KubernetesSelector | null;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null } | null;
}

/** Every peer with every port; an absent or empty list is everybody, and every port of every protocol. */
export interface KubernetesRule {
  readonly ports?: readonly KubernetesPort[] | null;
  readonly from?: readonly KubernetesPeer[] | null;
  readonly to?: readonly KubernetesPeer[] | null;
}

/** What is read of the spec of a NetworkPolicy of Kubernetes (networking.k8s.io/v1). */
export interface KubernetesPolicySpec {
  readonly podSelector?: KubernetesSelector | null;
  readonly ingress?: readonly KubernetesRule[] | null;
  readonly egress?: readonly KubernetesRule[] | null;
  readonly policyTypes?: readonly string[] | null;
}

/** What is read of a NetworkPolicy of Kubernetes. */
export interface KubernetesNetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: KubernetesPolicySpec | null;
}

/** A rule that was left out, and why. */
export interface ConversionFault {
  /** Such as `spec.ingress[2].ports[0]`. */
  readonly field: string;
  readonly value: unknown;
  /** What would have been right. */
  readonly want: string;
}
