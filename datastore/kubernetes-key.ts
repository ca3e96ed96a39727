import { resourcesPrefix } from "./resource-key.ts";

/** The kinds of Kubernetes of which the store keeps copies, under Calico's names for them. */
export type KubernetesKind = "KubernetesService" | "KubernetesEndpointSlice";

/** Names one copy. */
export interface KubernetesKey {
  readonly kind: KubernetesKind;
  readonly namespace: string;
  readonly name: string;
}

/**
 * How each kind is called in keys. That of services is in the singular, alone of all: a slip of Calico's that everybody has
 * to share. Source: Calico libcalico-go/lib/backend/model/resource.go.
 */
const segments: Readonly<Record<KubernetesKind, string>> = {
  KubernetesService: "kubernetesservice",
  KubernetesEndpointSlice: "kubernetesendpointslices",
};

/** Every kind that is kept as a copy. */
export const kubernetesKinds = Object.keys(segments) as readonly KubernetesKind[];

/** The prefix under which all copies of a kind lie, or those of one namespace. Ends in a slash. */
export function kubernetesPrefix(kind: KubernetesKind, namespace?: string): string {
  const all = `${resourcesPrefix}${segments[kind]}/`;
  return namespace === undefined ? all : `${all}${namespace}/`;
}

/** The path of a copy in the store. The caller vouches for names without a slash. */
export function kubernetesPath({ kind, namespace, name }: KubernetesKey): string {
  return `${kubernetesPrefix(kind, namespace)}${name}`;
}

/** The copy that lies at a path, or undefined when none does. */
export function parseKubernetesPath(path: string): KubernetesKey | undefined {
  if (!path.startsWith(resourcesPrefix)) return undefined;
  const [segment, namespace, name, ...rest] = path.slice(resourcesPrefix.length).split("/");
  const kind = kubernetesKinds.find((each) => segments[each] === segment);
  if (!kind || !namespace || !name || rest.length > 0) return undefined;
  return { kind, namespace, name };
}

/** `KubernetesService(namespace/name)`: how a copy is called in messages. */
export function kubernetesObjectName({ kind, namespace, name }: KubernetesKey): string {
  return `${kind}(${namespace}/${name})`;
}
