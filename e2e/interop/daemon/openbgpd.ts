import { mkdirSync } from "node:fs";
import { run } from "../../lab/run.ts";
import { waitFor } from "../../lab/wait.ts";
import { carriesIn, communityOf, type Daemon, type DaemonKind, type PathSeen } from "../daemon.ts";
import type { Host } from "../host.ts";
import type { Plan } from "../plan.ts";
import { openbgpdConfig } from "./openbgpd-config.ts";

/** Where Debian puts it: FRR's daemon of the same name is in another folder. */
const program = "/usr/sbin/bgpd";

/** Where it locks its children in: the home of its user, which a running systemd would have made. */
const prison = "/run/openbgpd";

/** One path as `bgpctl -j show rib detail` prints it; only what we read. */
interface OpenbgpdPath {
  readonly prefix: string;
  readonly neighbor: { readonly remote_addr: string; readonly description?: string };
  readonly announced?: boolean;
  readonly stale?: boolean;
  readonly aspath: string;
  readonly exit_nexthop: string;
  readonly true_nexthop: string;
  readonly communities?: readonly string[];
  readonly large_communities?: readonly string[];
  readonly attributes?: readonly OpenbgpdAttribute[];
}

interface OpenbgpdAttribute {
  readonly type: string;
  readonly originator?: string;
  readonly cluster_list?: readonly string[];
}

/** OpenBGPD, led by bgpctl. */
class Openbgpd implements Daemon {
  readonly program = "openbgpd";
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async start(plan: Plan): Promise<void> {
    const config = this.#host.file("openbgpd.conf", openbgpdConfig(plan, this.#socket), 0o600);
    // towards IPv4 neighbours, this version takes the first IPv6 address of the machine as its IPv6 next hop
    await this.#host.tryRun("ip", "-6", "address", "delete", "::1/128", "dev", "lo");
    await this.#host.tryRun("ip", "-6", "address", "add", "fd99:77::2/128", "dev", "lo");
    mkdirSync(prison, { recursive: true, mode: 0o711 });
    this.#host.start("openbgpd", [program, "-d", "-v", "-f", config]);
    await waitFor("bgpd of OpenBGPD answers", 10_000, async () => {
      const ran = await this.#host.tryRun("bgpctl", "-s", this.#socket, "show", "summary", "terse");
      return ran.code === 0 ? true : undefined;
    });
  }

  async isEstablished(neighbour: string): Promise<boolean> {
    const seen = (await this.#show("neighbor", neighbour)) as { neighbors?: { state: string }[] };
    return seen.neighbors?.some(({ state }) => state === "Established") ?? false;
  }

  async paths(prefix: string): Promise<readonly PathSeen[]> {
    const seen = (await this.#show("rib", "detail", prefix)) as { rib?: OpenbgpdPath[] };
    return (seen.rib ?? []).map(pathSeen);
  }

  async carries(prefix: string, community: string): Promise<boolean> {
    return carriesIn(await this.paths(prefix), community);
  }

  async crash(): Promise<void> {
    await this.#host.end("openbgpd", "SIGKILL");
  }

  async shutdown(neighbour: string, text: string): Promise<void> {
    await this.#host.run("bgpctl", "-s", this.#socket, "neighbor", neighbour, "down", text);
  }

  async refresh(neighbour: string): Promise<void> {
    await this.#host.run("bgpctl", "-s", this.#socket, "neighbor", neighbour, "refresh");
  }

  async prefixesFrom(neighbour: string): Promise<number> {
    const seen = (await this.#show("neighbor", neighbour)) as {
      neighbors?: readonly { readonly stats?: { readonly prefixes?: { readonly received?: number } } }[];
    };
    return seen.neighbors?.[0]?.stats?.prefixes?.received ?? 0;
  }

  async hearsay(): Promise<string> {
    return this.#host.run("bgpctl", "-s", this.#socket, "show", "neighbor");
  }

  lastWords(): string {
    return this.#host.lastWords("openbgpd");
  }

  get #socket(): string {
    return `${this.#host.folder}/openbgpd.sock`;
  }

  async #show(...what: readonly string[]): Promise<unknown> {
    return JSON.parse((await this.#host.run("bgpctl", "-j", "-s", this.#socket, "show", ...what)) || "{}");
  }
}

function pathSeen(path: OpenbgpdPath): PathSeen {
  const attribute = (type: string): OpenbgpdAttribute | undefined =>
    path.attributes?.find((each) => each.type === type);
  return {
    from: path.announced ? "" : path.neighbor.remote_addr,
    nextHop: path.exit_nexthop,
    asPath: path.aspath.split(" ").filter(Boolean).map(Number),
    communities: (path.communities ?? []).map(communityOf),
    largeCommunities: path.large_communities ?? [],
    originatorId: attribute("Originator Id")?.originator ?? "",
    clusterList: attribute("Cluster Id List")?.cluster_list ?? [],
    isStale: path.stale ?? false,
  };
}

/** OpenBGPD of Debian. */
export const openbgpd: DaemonKind = {
  name: "OpenBGPD",
  lacks: {
    "kernel routes": "its portable version writes no kernel routes",
    "graceful restart: restarting": "only keeps the routes of peers that restart",
    "extended messages": "does not offer RFC 8654",
    "extended next hop": "does not offer RFC 8950",
    "many routes: sent": "needs more than ten seconds to read so many networks",
    "roles on one side": "judges leaks only where the neighbour names its role, too",
    "OTC: shown": "does not show OTC",
    "long-lived restart": "does not offer RFC 9494",
    collisions: "hangs up on every second connection at once",
    BFD: "has no BFD",
    "router advertisements": "sends no router advertisements",
  },
  version: async () => /[\d.]+/.exec(await run("sh", ["-c", `${program} -V 2>&1`]))![0],
  open: (host) => new Openbgpd(host),
};
