import type { PeerStatus } from "../agent/api/status.ts";
import { boxTable } from "./box-table.ts";
import { peerTable } from "./node-status.ts";

/** One daemon of a node, as CalicoNodeStatus has it; an agent of ours answers for both of Calico's. */
interface DaemonStatus {
  readonly state?: string;
  readonly version?: string;
  readonly routerID?: string;
  readonly lastBootTime?: string;
  readonly lastReconfigurationTime?: string;
}

interface RemotePeer {
  readonly peerIP?: string;
  readonly type?: string;
  readonly state?: string;
  readonly since?: string;
}

interface RemoteRoute {
  readonly type?: string;
  readonly destination?: string;
  readonly gateway?: string;
  readonly interface?: string;
  readonly learnedFrom?: { readonly sourceType?: string; readonly peerIP?: string };
}

/** The status of a CalicoNodeStatus, as far as it is printed; another program wrote it, so everything may be missing. */
export interface RemoteStatus {
  readonly lastUpdated?: string;
  readonly agent?: { readonly birdV4?: DaemonStatus; readonly birdV6?: DaemonStatus };
  readonly bgp?: { readonly peersV4?: readonly RemotePeer[] | null; readonly peersV6?: readonly RemotePeer[] | null };
  readonly routes?: {
    readonly routesV4?: readonly RemoteRoute[] | null;
    readonly routesV6?: readonly RemoteRoute[] | null;
  };
}

const peerTypes: Readonly<Record<string, string>> = {
  NodeMesh: "node-to-node mesh",
  NodePeer: "node specific",
  GlobalPeer: "global",
};

/** Characters that a terminal obeys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/** Text of another program, on one line and nothing else. */
const plain = (text: unknown): string => (typeof text === "string" ? text.replace(control, "?") : "");

function list<T>(values: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(values) ? values : [];
}

function peersOf(peers: readonly RemotePeer[] | null | undefined, family: PeerStatus["family"]): readonly PeerStatus[] {
  return list(peers).map((peer) => ({
    address: plain(peer.peerIP),
    asn: 0,
    type: (peerTypes[plain(peer.type)] ?? plain(peer.type)) as PeerStatus["type"],
    family,
    state: plain(peer.state) as PeerStatus["state"],
    since: plain(peer.since),
    received: 0,
    advertised: 0,
    why: "",
  }));
}

function daemonLine(name: string, daemon: DaemonStatus | undefined): string {
  if (!daemon?.state) return "";
  const { state, version, routerID, lastBootTime } = daemon;
  const more = [
    ...(version ? [plain(version)] : []),
    ...(routerID ? [`router ID ${plain(routerID)}`] : []),
    ...(lastBootTime ? [`up since ${plain(lastBootTime)}`] : []),
  ];
  return `${name}: ${plain(state)}${more.length > 0 ? ` (${more.join(", ")})` : ""}\n`;
}

function routeTable(title: string, routes: readonly RemoteRoute[] | null | undefined): string {
  const rows = list(routes).map(({ type, destination, gateway, interface: link, learnedFrom }) => {
    const from = [plain(learnedFrom?.sourceType), plain(learnedFrom?.peerIP)].filter((word) => word !== "").join(" ");
    return [plain(destination), plain(gateway), plain(link), plain(type), from];
  });
  if (rows.length === 0) return `\n${title} routes\nNo ${title} routes found.\n`;
  return `\n${title} routes\n${boxTable(["Destination", "Gateway", "Interface", "Type", "Learned from"], rows)}`;
}

/** What a node said of itself, as `node status` prints it there. `now` is RFC 3339. */
export function remoteStatusText(node: string, status: RemoteStatus, withRoutes: boolean, now: string): string {
  const { agent, bgp, routes } = status;
  const daemons = daemonLine("BGP of IPv4", agent?.birdV4) + daemonLine("BGP of IPv6", agent?.birdV6);
  const peers =
    peerTable("IPv4", peersOf(bgp?.peersV4, "ipv4"), now) + peerTable("IPv6", peersOf(bgp?.peersV6, "ipv6"), now);
  const tables = withRoutes ? routeTable("IPv4", routes?.routesV4) + routeTable("IPv6", routes?.routesV6) : "";
  return `Calico process is running on node ${node}, ${plain(status.lastUpdated)}.\n${daemons}${peers}${tables}\n`;
}
