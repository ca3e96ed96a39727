import { endpointStatusPath, hostEndpointStatusPath } from "../../datastore/status-key.ts";
import { formatPrefix } from "../../net/prefix.ts";
import type { LocalEndpoint } from "../graph/planned.ts";

/** Octets of a file's name at most (NAME_MAX); an endpoint of a longer one has no file. */
const longestName = 255;

/** An endpoint of this node, and whether the kernel holds its rules and routes and its interface carries packets. */
export interface EndpointState {
  readonly endpoint: LocalEndpoint;
  readonly isUp: boolean;
}

/** What etcd is to say: a state for each endpoint, by Calico's keys. */
export function statusKeys(
  states: readonly EndpointState[],
  node: string,
  region: string,
): ReadonlyMap<string, string> {
  const at = ({ identity }: LocalEndpoint): string =>
    endpointStatusPath({ node, ...identity, ...(region !== "" && { region }) });
  return new Map(states.map(({ endpoint, isUp }) => [at(endpoint), JSON.stringify({ status: isUp ? "up" : "down" })]));
}

/** A host endpoint on one interface of this node, and whether the kernel holds its rules and the interface carries packets. */
export interface HostState {
  /** Name of the HostEndpoint. */
  readonly endpoint: string;
  readonly isUp: boolean;
}

/** What etcd is to say of host endpoints: one on several interfaces is up when it is on all. */
export function hostStatusKeys(states: readonly HostState[], node: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const { endpoint } of states) {
    const isUp = states.every((state) => state.endpoint !== endpoint || state.isUp);
    keys.set(hostEndpointStatusPath(node, endpoint), JSON.stringify({ status: isUp ? "up" : "down" }));
  }
  return keys;
}

/**
 * The files that are to be there: one for each endpoint that is up, by the name under which Calico's CNI plugin waits for it.
 * Source: Calico felix/statusrep/status_file_reporter.go, libcalico-go/lib/epstatusfile.
 */
export function statusFiles(states: readonly EndpointState[]): ReadonlyMap<string, string> {
  const up = states.filter(({ endpoint, isUp }) => isUp && statusFileName(endpoint).length <= longestName);
  return new Map(up.map(({ endpoint }) => [statusFileName(endpoint), `${JSON.stringify(fileContent(endpoint))}\n`]));
}

/** `k8s%20prod%2Fweb%20eth0`: orchestrator, workload and endpoint, escaped as a part of a URL's path. */
export function statusFileName({ identity }: Pick<LocalEndpoint, "identity">): string {
  const { orchestrator, workload, endpoint } = identity;
  return encodeURIComponent(`${orchestrator} ${workload} ${endpoint}`);
}

function fileContent({ interfaceName, mac, addresses }: LocalEndpoint): object {
  const of = (family: string): readonly string[] =>
    addresses.filter((prefix) => prefix.family === family).map(formatPrefix);
  const [ipv4Nets, ipv6Nets] = [of("ipv4"), of("ipv6")];
  return {
    ifaceName: interfaceName,
    ...(mac && { mac }),
    ...(ipv4Nets.length > 0 && { ipv4Nets }),
    ...(ipv6Nets.length > 0 && { ipv6Nets }),
  };
}
