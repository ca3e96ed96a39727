const felixPrefix = "/calico/felix/v2/";

/** Escapes a part of a status key as Calico does: `%` and `/` only. */
export function escapeStatusName(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2f");
}

/** Reads back what `escapeStatusName` wrote. */
export function unescapeStatusName(name: string): string {
  return name.replaceAll("%2f", "/").replaceAll("%25", "%");
}

/** The region's part of a status key; without an OpenStack region `no-region`. */
export function regionSegment(region?: string): string {
  return region === undefined || region === "" ? "no-region" : `region-${region}`;
}

function hostPrefix(node: string, region?: string): string {
  return `${felixPrefix}${regionSegment(region)}/host/${node}/`;
}

/** Where a node says that it lives; written with a ttl. */
export function nodeStatusPath(node: string, region?: string): string {
  return `${hostPrefix(node, region)}status`;
}

/** Where a node last said that it lives; without a ttl. */
export function lastReportedStatusPath(node: string, region?: string): string {
  return `${hostPrefix(node, region)}last_reported_status`;
}

/** Under which the states of a node's workload endpoints lie. Ends in a slash. */
export function endpointStatusesPrefix(node: string, region?: string): string {
  return `${hostPrefix(node, region)}workload/`;
}

/** Names the state of one workload endpoint. `workload` is `namespace/pod` for Kubernetes. */
export interface EndpointStatusKey {
  readonly node: string;
  readonly orchestrator: string;
  readonly workload: string;
  readonly endpoint: string;
  readonly region?: string;
}

/** Where the state of a workload endpoint (`{"status":"up"}`, `down`, `error`) is told. */
export function endpointStatusPath(key: EndpointStatusKey): string {
  const { node, orchestrator, workload, endpoint } = key;
  const base = endpointStatusesPrefix(node, key.region);
  return `${base}${escapeStatusName(orchestrator)}/${escapeStatusName(workload)}/endpoint/${escapeStatusName(endpoint)}`;
}

/** Which endpoint's state lies at a path, or undefined. */
export function parseEndpointStatusPath(path: string): EndpointStatusKey | undefined {
  if (!path.startsWith(felixPrefix)) return undefined;
  const [region, host, node, what, orchestrator, workload, word, endpoint, ...rest] = path
    .slice(felixPrefix.length)
    .split("/");
  if (host !== "host" || what !== "workload" || word !== "endpoint" || rest.length > 0) return undefined;
  if (!region || !node || !orchestrator || !workload || !endpoint) return undefined;
  const named = region === "no-region" ? {} : { region: region.replace(/^region-/, "") };
  const plain = { orchestrator: unescapeStatusName(orchestrator), workload: unescapeStatusName(workload) };
  return { node, ...plain, endpoint: unescapeStatusName(endpoint), ...named };
}

/** Where the state of a host endpoint is told. */
export function hostEndpointStatusPath(node: string, id: string): string {
  return `/calico/felix/v1/host/${node}/endpoint/${escapeStatusName(id)}`;
}

/** A mark that Calico leaves when the store is initialised; its value is `true`. */
export const readyPath = "/calico/v1/Ready";
