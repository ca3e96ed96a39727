import { run } from "../../lab/run.ts";
import { waitFor } from "../../lab/wait.ts";
import { carriesIn, communityOf, type Daemon, type DaemonKind, type PathSeen } from "../daemon.ts";
import type { Host } from "../host.ts";
import { familyOf, type Plan } from "../plan.ts";
import { bgpdConfig, zebraConfig } from "./frr-config.ts";

/** Where Debian puts FRR's daemons. */
const daemons = "/usr/lib/frr";

/** One path in what `show bgp … PREFIX json` prints; only what we read. */
interface FrrPath {
  readonly stale?: boolean;
  readonly otc?: number;
  readonly aspath?: { readonly segments?: readonly { readonly list: readonly number[] }[] };
  readonly community?: { readonly list: readonly string[] };
  readonly largeCommunity?: { readonly list: readonly string[] };
  readonly originatorId?: string;
  readonly clusterList?: { readonly list: readonly string[] };
  readonly nexthops?: readonly { readonly ip: string; readonly scope?: string }[];
  readonly peer: { readonly peerId: string };
}

interface BfdPeer {
  readonly peer: string;
  readonly status: string;
}

/** FRR: zebra, bgpd and where it is asked for bfdd; led by vtysh. */
class Frr implements Daemon {
  readonly program = "bgpd";
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async start(plan: Plan, restarting = false): Promise<void> {
    const wanted = plan.neighbours.some(({ bfd }) => bfd) ? ["zebra", "bfdd", "bgpd"] : ["zebra", "bgpd"];
    this.#host.file("zebra.conf", zebraConfig());
    this.#host.file("bfdd.conf", "hostname them\n");
    this.#host.file("bgpd.conf", bgpdConfig(plan));
    await run("chown", ["-R", "frr:frr", this.#host.folder]);
    for (const daemon of wanted) await this.#startOne(daemon, restarting);
  }

  async isEstablished(neighbour: string): Promise<boolean> {
    const seen = (await this.#show(`show bgp neighbors ${neighbour} json`)) as Record<string, { bgpState?: string }>;
    return Object.values(seen).some(({ bgpState }) => bgpState === "Established");
  }

  async paths(prefix: string): Promise<readonly PathSeen[]> {
    const seen = (await this.#show(`show bgp ${familyOf(prefix)} unicast ${prefix} json`)) as { paths?: FrrPath[] };
    return (seen.paths ?? []).map((path) => ({
      from: path.peer.peerId === "0.0.0.0" || path.peer.peerId === "::" ? "" : path.peer.peerId,
      nextHop: path.nexthops?.find(({ scope }) => scope !== "link-local")?.ip ?? path.nexthops?.[0]?.ip ?? "",
      asPath: (path.aspath?.segments ?? []).flatMap(({ list }) => list),
      communities: (path.community?.list ?? []).map(communityOf),
      largeCommunities: path.largeCommunity?.list ?? [],
      originatorId: path.originatorId ?? "",
      clusterList: path.clusterList?.list ?? [],
      isStale: path.stale ?? false,
      ...(path.otc !== undefined && { otc: path.otc }),
    }));
  }

  async carries(prefix: string, community: string): Promise<boolean> {
    return carriesIn(await this.paths(prefix), community);
  }

  async crash(): Promise<void> {
    for (const daemon of ["zebra", "bfdd", "bgpd"]) await this.#host.end(daemon, "SIGKILL");
  }

  async isBfdUp(neighbour: string): Promise<boolean> {
    const folder = ["--vty_socket", this.#host.folder, "-d", "bfdd"];
    const peers = JSON.parse(await this.#host.run("vtysh", ...folder, "-c", "show bfd peers json")) as BfdPeer[];
    return peers.some(({ peer, status }) => peer === neighbour && status === "up");
  }

  async shutdown(neighbour: string, text: string): Promise<void> {
    const own = (await this.#show("show bgp summary json")) as Record<string, { as?: number }>;
    const asn = Object.values(own).find(({ as }) => as !== undefined)?.as;
    await this.#ask("configure terminal", `router bgp ${asn}`, `neighbor ${neighbour} shutdown message ${text}`);
  }

  async refresh(neighbour: string): Promise<void> {
    await this.#ask(`clear bgp ipv4 unicast ${neighbour} soft in`);
  }

  async prefixesFrom(neighbour: string): Promise<number> {
    const seen = (await this.#show("show bgp ipv4 unicast summary json")) as {
      peers?: Record<string, { pfxRcd?: number }>;
    };
    return seen.peers?.[neighbour]?.pfxRcd ?? 0;
  }

  async hearsay(): Promise<string> {
    return this.#host.log("bgpd");
  }

  lastWords(): string {
    return this.#host.lastWords("bgpd");
  }

  async #startOne(daemon: string, restarting: boolean): Promise<void> {
    const { folder } = this.#host;
    const files = ["--vty_socket", folder, "-i", `${folder}/${daemon}.pid`, "-z", `${folder}/zserv.api`];
    const more: Readonly<Record<string, readonly string[]>> = {
      // an IPv6 route is replaced in one step, as this kernel can; what an earlier life left stays for a minute
      zebra: ["--v6-rr-semantics", ...(restarting ? ["-K", "60"] : [])],
      bfdd: ["--bfdctl", `${folder}/bfdd.sock`],
    };
    const user = ["-u", "frr", "-g", "frr", "-A", "127.0.0.1", "-f", `${folder}/${daemon}.conf`];
    this.#host.start(daemon, [`${daemons}/${daemon}`, ...user, ...files, ...(more[daemon] ?? [])]);
    await waitFor(`${daemon} answers`, 10_000, async () => {
      const ran = await this.#host.tryRun("vtysh", "--vty_socket", folder, "-d", daemon, "-c", "show version");
      return ran.code === 0 ? true : undefined;
    });
  }

  #ask(...commands: readonly string[]): Promise<string> {
    const options = commands.flatMap((command) => ["-c", command]);
    return this.#host.run("vtysh", "--vty_socket", this.#host.folder, "-d", "bgpd", ...options);
  }

  async #show(command: string): Promise<unknown> {
    return JSON.parse((await this.#ask(command)) || "{}");
  }
}

/** FRR of Debian. */
export const frr: DaemonKind = {
  name: "FRR",
  lacks: {
    "many routes: sent": "needs more than ten seconds to read so many networks",
  },
  endsKeptSession:
    "the stop of the connection that lost hits the winner when our KEEPALIVE is read in one go with our OPEN",
  version: async () => /version ([\d.]+)/.exec(await run(`${daemons}/bgpd`, ["--version"]))![1]!,
  open: (host) => new Frr(host),
};
