import type { Kind } from "../datastore/model/resource.ts";
import { kinds } from "../datastore/model/resource.ts";
import type { ResourceKey } from "../datastore/resource-key.ts";
import { CliError } from "./error.ts";
import { kindOf } from "./kind.ts";

/** What says which namespace is meant. */
export interface NamespaceOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

/** The namespace to look in: undefined for kinds without one, and for all of them. @throws CliError */
export function namespaceFor(kind: Kind, options: NamespaceOptions): string | undefined {
  const { namespace, allNamespaces } = options;
  if (namespace !== undefined && allNamespaces) {
    throw new CliError("cannot use both --namespace and --all-namespaces flags at the same time");
  }
  if (!kinds[kind].namespaced) {
    if (namespace !== undefined || allNamespaces) throw new CliError(`${kind} is not namespaced`);
    return undefined;
  }
  return allNamespaces ? undefined : (namespace ?? "default");
}

/** The objects named on the command line. @throws CliError */
export function namedKeys(word: string, names: readonly string[], options: NamespaceOptions): readonly ResourceKey[] {
  const kind = kindOf(word);
  const namespace = namespaceFor(kind, options);
  if (kinds[kind].namespaced && namespace === undefined) {
    throw new CliError("an object is named in one namespace; --namespace would be right");
  }
  return names.map((name) => {
    if (name === "") throw new CliError("resource name may not be empty");
    if (name.includes("/")) throw new CliError(`'${name}' is no name: it may not contain '/'`);
    return { kind, name, ...(namespace !== undefined && { namespace }) };
  });
}
