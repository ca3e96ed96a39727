import { run } from "../../lab/run.ts";
import { waitFor } from "../../lab/wait.ts";
import type { Daemon, DaemonKind, PathSeen } from "../daemon.ts";
import type { Host } from "../host.ts";
import { familyOf, type Plan } from "../plan.ts";
import { birdConfig, birdProtocol } from "./bird-config.ts";

/** BIRD, led by birdc. */
class Bird implements Daemon {
  readonly program = "bird";
  readonly #host: Host;
  #neighbours: ReadonlyMap<string, string> = new Map();

  constructor(host: Host) {
    this.#host = host;
  }

  async start(plan: Plan, restarting = false): Promise<void> {
    this.#neighbours = new Map(plan.neighbours.map(({ address }) => [birdProtocol(address), address]));
    const config = this.#host.file("bird.conf", birdConfig(plan));
    const command = ["bird", "-f", "-c", config, "-s", this.#socket, "-P", `${this.#host.folder}/bird.pid`];
    this.#host.start("bird", restarting ? [...command, "-R"] : command);
    await waitFor("bird answers", 10_000, async () => {
      const ran = await this.#host.tryRun("birdc", "-s", this.#socket, "show", "status");
      return ran.code === 0 && ran.stdout.includes("up and running") ? true : undefined;
    });
  }

  async isEstablished(neighbour: string): Promise<boolean> {
    const isAddress = /[.:]/.test(neighbour);
    // who has called from a link has a protocol of its own
    const name = isAddress ? birdProtocol(neighbour) : `"${birdProtocol(neighbour)}_*"`;
    const { stdout: text } = await this.#host.tryRun("birdc", "-s", this.#socket, "show", "protocols", name);
    return text.includes("Established");
  }

  async paths(prefix: string): Promise<readonly PathSeen[]> {
    const table = familyOf(prefix) === "ipv4" ? "master4" : "master6";
    const ran = await this.#host.tryRun("birdc", "-s", this.#socket, "show", "route", prefix, "table", table, "all");
    const paths = birdPaths(ran.stdout, this.#neighbours);
    const away = new Map<string, boolean>();
    for (const { from } of paths) if (from !== "" && !away.has(from)) away.set(from, await this.#isAway(from));
    return paths.map((path) => ({ ...path, isStale: away.get(path.from) ?? false }));
  }

  async carries(prefix: string, community: string): Promise<boolean> {
    // bird shows the first few communities of a long list only
    const condition = `(${community.replace(":", ",")}) ~ bgp_community`;
    const ran = await this.#host.tryRun("birdc", "-s", this.#socket, "show", "route", prefix, "where", condition);
    return ran.stdout.includes(prefix);
  }

  async crash(): Promise<void> {
    await this.#host.end("bird", "SIGKILL");
  }

  async isBfdUp(neighbour: string): Promise<boolean> {
    const line = (await this.#ask("show", "bfd", "sessions"))
      .split("\n")
      .find((each) => each.startsWith(`${neighbour} `));
    return / Up /.test(line ?? "");
  }

  async shutdown(neighbour: string, text: string): Promise<void> {
    await this.#ask("disable", birdProtocol(neighbour), `"${text}"`);
  }

  async refresh(neighbour: string): Promise<void> {
    await this.#ask("reload", "in", birdProtocol(neighbour));
  }

  async prefixesFrom(neighbour: string): Promise<number> {
    const text = await this.#ask("show", "route", "count", "table", "master4", "protocol", birdProtocol(neighbour));
    return Number(/(\d+) of \d+ routes/.exec(text)?.[1] ?? 0);
  }

  async hearsay(): Promise<string> {
    return this.#ask("show", "protocols", "all");
  }

  lastWords(): string {
    return this.#host.lastWords("bird");
  }

  /** Its routes say nothing of being stale; the session does. */
  async #isAway(neighbour: string): Promise<boolean> {
    return (await this.#ask("show", "protocols", "all", birdProtocol(neighbour))).includes("graceful restart active");
  }

  get #socket(): string {
    return `${this.#host.folder}/bird.ctl`;
  }

  #ask(...command: readonly string[]): Promise<string> {
    return this.#host.run("birdc", "-s", this.#socket, ...command);
  }
}

/** The paths in what `show route … all` prints: a line for each path, its attributes indented below. */
export function birdPaths(text: string, neighbours: ReadonlyMap<string, string>): PathSeen[] {
  const heading = /^(?:\S+)? +(?:unicast|blackhole) \[(\S+) [^\]]*\](?: \*)? \(/;
  return text.split(/\n(?=\S+ +(?:unicast|blackhole) \[| {8,}(?:unicast|blackhole) \[)/).flatMap((block) => {
    const [, protocol = ""] = heading.exec(block) ?? [];
    if (protocol === "") return [];
    const field = (name: string): string => new RegExp(`^\\s+BGP\\.${name}: (.*)$`, "m").exec(block)?.[1]?.trim() ?? "";
    const words = (name: string): string[] => field(name).split(" ").filter(Boolean);
    const tuples = (name: string): string[] =>
      [...field(name).matchAll(/\(([\d, ]+)\)/g)].map(([, inside]) => inside!.replaceAll(/, */g, ":"));
    const path: PathSeen = {
      from: neighbours.get(protocol) ?? "",
      nextHop: words("next_hop")[0] ?? "",
      asPath: words("as_path").map(Number),
      communities: tuples("community"),
      largeCommunities: tuples("large_community"),
      originatorId: field("originator_id"),
      clusterList: words("cluster_list"),
      isStale: false,
      ...(field("otc") !== "" && { otc: Number(field("otc")) }),
    };
    return [path];
  });
}

/** BIRD 2 of Debian. */
export const bird: DaemonKind = {
  name: "BIRD",
  lacks: {},
  version: async () => /[\d.]+/.exec(await run("sh", ["-c", "bird --version 2>&1"]))![0],
  open: (host) => new Bird(host),
};
