import { type IpamKey, parseIpamPath } from "./ipam-key.ts";
import { type KubernetesKey, parseKubernetesPath } from "./kubernetes-key.ts";
import { parseResourcePath, type ResourceKey } from "./resource-key.ts";
import { type EndpointStatusKey, parseEndpointStatusPath } from "./status-key.ts";

/** Under which everything lies that Calico and we keep. */
export const root = "/calico/";

/** What lies at a path of the store. */
export type Key =
  | { readonly space: "resource"; readonly key: ResourceKey }
  | { readonly space: "kubernetes"; readonly key: KubernetesKey }
  | { readonly space: "ipam"; readonly key: IpamKey }
  | { readonly space: "status"; readonly key: EndpointStatusKey };

/** What lies at a path, or undefined for what we do not know; unknown keys are left alone. */
export function parseKey(path: string): Key | undefined {
  const resource = parseResourcePath(path);
  if (resource) return { space: "resource", key: resource };
  const ipam = parseIpamPath(path);
  if (ipam) return { space: "ipam", key: ipam };
  const kubernetes = parseKubernetesPath(path);
  if (kubernetes) return { space: "kubernetes", key: kubernetes };
  const status = parseEndpointStatusPath(path);
  return status && { space: "status", key: status };
}
