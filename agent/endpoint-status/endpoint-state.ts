import { endpointStatusPath, hostEndpointStatusPath } from "../../datastore/status-key.ts";
import { formatPrefix } from "../../net/prefix.ts";
import type { LocalEndpoint } from "../graph/planned.ts";

/** Octets of a file's name at most (NAME_MAX); an endpoint of a longer one has no file. */
const longestName = 255;

/**
 * How an endpoint stands, in Calico's words: `up` when the kernel holds its rules and routes and its interface carries packets, `error`
 * when the kernel refuses some of them or somebody else's route is in the way, else `down`. The worst of both families counts.
 */
export interface Standing {
  readonly state: "up" | "down" | "error";
  /** Of `error`: what is refused or in the way; else empty. */
  readonly why: string;
}

/** An endpoint of this node, and how it stands. */
export interface EndpointState extends Pick<Standing, "state"> {
  readonly endpoint: LocalEndpoint;
  /** The BGPPeer by which it is a peer of this node's; absent when it is none. */
  readonly bgpPeer?: string | undefined;
}

/** What etcd is to say: a state for each endpoint, by Calico's keys. */
export function statusKeys(
  states: readonly EndpointState[],
  node: string,
  region: string,
): ReadonlyMap<string, string> {
  const at = ({ identity }: LocalEndpoint): string =>
    endpointStatusPath({ node, ...identity, ...(region !== "" && { region }) });
  return new Map(states.map(({ endpoint, state }) => [at(endpoint), JSON.stringify({ status: state })]));
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
  const up = states.filter(({ endpoint, state }) => state === "up" && statusFileName(endpoint).length <= longestName);
  return new Map(up.map((one) => [statusFileName(one.endpoint), JSON.stringify(fileContent(one))]));
}

/**
 * `k8s prod%2Fweb eth0`: orchestrator, workload and endpoint, each escaped as a part of a URL's path, with spaces between, which are
 * in none of them. Source: Calico libcalico-go/lib/names (WorkloadEndpointKeyToStatusFilename).
 */
export function statusFileName({ identity }: Pick<LocalEndpoint, "identity">): string {
  const { orchestrator, workload, endpoint } = identity;
  return [orchestrator, workload, endpoint].map(pathEscape).join(" ");
}

/** What Go's url.PathEscape leaves alone and JavaScript does not, and the other way round. */
const leftAlone = /%(?:24|26|2B|3A|3D|40)/g;
const escapedToo = /[!'()*]/g;

function pathEscape(text: string): string {
  const hex = (letter: string): string => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(leftAlone, decodeURIComponent).replace(escapedToo, hex);
}

/** In the order in which Calico writes the fields; what is empty is left out. */
function fileContent({ endpoint: { interfaceName, mac, addresses }, bgpPeer }: EndpointState): object {
  const of = (family: string): readonly string[] =>
    addresses.filter((prefix) => prefix.family === family).map(formatPrefix);
  const [ipv4Nets, ipv6Nets] = [of("ipv4"), of("ipv6")];
  return {
    ifaceName: interfaceName,
    ...(mac && { mac }),
    ...(ipv4Nets.length > 0 && { ipv4Nets }),
    ...(ipv6Nets.length > 0 && { ipv6Nets }),
    ...(bgpPeer && { bgpPeerName: bgpPeer }),
  };
}
