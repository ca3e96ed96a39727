import { type Kind, kindNames, kinds } from "./model/resource.ts";

/** Where all resources lie. */
export const resourcesPrefix = "/calico/resources/v3/projectcalico.org/";

/** Names one resource: its kind, its name, and its namespace when its kind has one. */
export interface ResourceKey {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name: string;
}

const byPlural = new Map<string, Kind>(kindNames.map((kind) => [kinds[kind].plural, kind]));

/** The prefix under which all resources of a kind lie, or those of one namespace. Ends in a slash. */
export function kindPrefix(kind: Kind, namespace?: string): string {
  const all = `${resourcesPrefix}${kinds[kind].plural}/`;
  return namespace === undefined ? all : `${all}${namespace}/`;
}

/** The path of a resource in the store. The caller vouches for names without a slash, and a namespace where one is due. */
export function resourcePath(key: ResourceKey): string {
  return `${kindPrefix(key.kind, kinds[key.kind].namespaced ? (key.namespace ?? "") : undefined)}${key.name}`;
}

/** The resource that lies at a path, or undefined when the path is none of a kind that we know. */
export function parseResourcePath(path: string): ResourceKey | undefined {
  if (!path.startsWith(resourcesPrefix)) return undefined;
  const slash = path.indexOf("/", resourcesPrefix.length);
  const kind = byPlural.get(path.slice(resourcesPrefix.length, slash));
  if (slash < 0 || !kind) return undefined;
  const rest = path.slice(slash + 1);
  const second = rest.indexOf("/");
  if (!kinds[kind].namespaced) return rest === "" || second >= 0 ? undefined : { kind, name: rest };
  const name = rest.slice(second + 1);
  if (second <= 0 || name === "" || name.includes("/")) return undefined;
  return { kind, namespace: rest.slice(0, second), name };
}

/** `Kind(name)` or `Kind(namespace/name)`: how an object is called in messages. */
export function objectName(key: ResourceKey): string {
  return `${key.kind}(${key.namespace === undefined ? "" : `${key.namespace}/`}${key.name})`;
}
