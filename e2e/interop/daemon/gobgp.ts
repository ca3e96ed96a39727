import { run } from "../../lab/run.ts";
import { waitFor } from "../../lab/wait.ts";
import { carriesIn, type Daemon, type DaemonKind, type PathSeen } from "../daemon.ts";
import type { Host } from "../host.ts";
import { familyOf, type Plan } from "../plan.ts";
import { gobgpAnnounce, gobgpConfig } from "./gobgp-config.ts";

/** Path attributes as `gobgp -j` prints them, by type; only what we read. */
interface GobgpAttribute {
  readonly type: number;
  readonly value?: unknown;
  readonly nexthop?: string;
  readonly as_paths?: readonly { readonly asns: readonly number[] }[];
  readonly communities?: readonly number[];
}

/** One path as `gobgp -j` prints it. */
interface GobgpPath {
  readonly attrs: readonly GobgpAttribute[];
  readonly stale?: boolean;
  readonly "source-id"?: string;
  readonly "neighbor-ip"?: string;
}

/** gobgpd, led by gobgp. */
class Gobgp implements Daemon {
  readonly program = "gobgpd";
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async start(plan: Plan, restarting = false): Promise<void> {
    const config = this.#host.file("gobgpd.json", gobgpConfig(plan));
    const command = ["gobgpd", "-t", "json", "-f", config, ...(restarting ? ["-r"] : [])];
    this.#host.start("gobgpd", command);
    await waitFor("gobgpd answers", 10_000, async () => {
      const ran = await this.#host.tryRun("gobgp", "global", "-j");
      return ran.code === 0 && ran.stdout.includes(String(plan.asn)) ? true : undefined;
    });
    for (const route of plan.routes) await this.#host.run("gobgp", ...gobgpAnnounce(route));
  }

  async isEstablished(neighbour: string): Promise<boolean> {
    const seen = JSON.parse(await this.#host.run("gobgp", "neighbor", neighbour, "-j")) as {
      state?: { session_state?: number };
    };
    return seen.state?.session_state === 6;
  }

  async paths(prefix: string): Promise<readonly PathSeen[]> {
    const ran = await this.#host.tryRun("gobgp", "global", "rib", prefix, "-a", familyOf(prefix), "-j");
    if (!ran.stdout.startsWith("{")) return [];
    const seen = JSON.parse(ran.stdout) as Record<string, readonly GobgpPath[]>;
    return Object.values(seen).flat().map(pathSeen);
  }

  async carries(prefix: string, community: string): Promise<boolean> {
    return carriesIn(await this.paths(prefix), community);
  }

  async crash(): Promise<void> {
    await this.#host.end("gobgpd", "SIGKILL");
  }

  async shutdown(neighbour: string, text: string): Promise<void> {
    await this.#host.run("gobgp", "neighbor", neighbour, "shutdown", "--reason", text);
  }

  async refresh(neighbour: string): Promise<void> {
    await this.#host.run("gobgp", "neighbor", neighbour, "softresetin");
  }

  async prefixesFrom(neighbour: string): Promise<number> {
    const seen = JSON.parse(await this.#host.run("gobgp", "neighbor", neighbour, "-j")) as {
      afi_safis?: readonly { readonly state?: { readonly received?: number } }[];
    };
    return seen.afi_safis?.[0]?.state?.received ?? 0;
  }

  async hearsay(): Promise<string> {
    return this.#host.log("gobgpd");
  }

  lastWords(): string {
    return this.#host.lastWords("gobgpd");
  }
}

function pathSeen(path: GobgpPath): PathSeen {
  const attribute = (type: number): GobgpAttribute | undefined => path.attrs.find((each) => each.type === type);
  const pair = (community: number): string => `${community >>> 16}:${community & 0xffff}`;
  const large = (attribute(32)?.value ?? []) as readonly { ASN: number; LocalData1: number; LocalData2: number }[];
  const from = path["neighbor-ip"] ?? "";
  return {
    from: from === "<nil>" ? "" : from,
    nextHop: attribute(14)?.nexthop ?? attribute(3)?.nexthop ?? "",
    asPath: (attribute(2)?.as_paths ?? []).flatMap(({ asns }) => asns),
    communities: (attribute(8)?.communities ?? []).map(pair),
    largeCommunities: large.map(({ ASN, LocalData1, LocalData2 }) => `${ASN}:${LocalData1}:${LocalData2}`),
    originatorId: String(attribute(9)?.value ?? ""),
    clusterList: (attribute(10)?.value ?? []) as readonly string[],
    isStale: path.stale ?? false,
  };
}

/** GoBGP of Debian. */
export const gobgp: DaemonKind = {
  name: "GoBGP",
  lacks: {
    "kernel routes": "writes no kernel routes by itself",
    "extended messages": "does not offer RFC 8654",
    roles: "does not offer RFC 9234",
    "route refresh": "keeps what it heard and asks nobody for it again",
    "enhanced route refresh": "does not offer RFC 7313",
    "many routes: sent": "takes its own routes one by one",
    collisions: "cannot be led to call at a given moment",
    BFD: "has no BFD",
    "router advertisements": "sends no router advertisements",
  },
  version: async () => /version ([\d.]+)/.exec(await run("gobgpd", ["--version"]))![1]!,
  open: (host) => new Gobgp(host),
};
