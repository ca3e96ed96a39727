import type { Host } from "./host.ts";
import type { Plan } from "./plan.ts";

/** The daemons of the matrix, in the order of its columns. */
export const daemonNames = ["BIRD", "FRR", "GoBGP", "OpenBGPD", "ExaBGP"] as const;

/** One of the daemons. */
export type DaemonName = (typeof daemonNames)[number];

/** One path to a prefix as a daemon shows it. */
export interface PathSeen {
  /** Address of the neighbour that told of it; empty for a path of the daemon's own. */
  readonly from: string;
  readonly nextHop: string;
  readonly asPath: readonly number[];
  readonly communities: readonly string[];
  readonly largeCommunities: readonly string[];
  /** Dotted quads; empty where nobody reflected. */
  readonly originatorId: string;
  readonly clusterList: readonly string[];
  /** Kept although its session is down (RFC 4724). */
  readonly isStale: boolean;
  /** ONLY_TO_CUSTOMER (RFC 9234), where the path has it. */
  readonly otc?: number;
}

/** A running daemon, seen and led by its own tools. */
export interface Daemon {
  /** The name under which its host knows the process that speaks BGP. */
  readonly program: string;
  /** Writes the configuration and starts the daemon. `restarting`: it comes back after `crash` and says so (RFC 4724 4.1). */
  start(plan: Plan, restarting?: boolean): Promise<void>;
  isEstablished(neighbour: string): Promise<boolean>;
  /** Every path of a prefix that the daemon knows. */
  paths(prefix: string): Promise<readonly PathSeen[]>;
  /** Whether its best path of a prefix carries a community, however many there are. */
  carries(prefix: string, community: string): Promise<boolean>;
  /** Ends the BGP process without a word, as a crash does; its kernel routes stay where it can leave them. */
  crash(): Promise<void>;
  /** Whether its BFD session with a neighbour is up; asked only of daemons that have BFD. */
  isBfdUp?(neighbour: string): Promise<boolean>;
  /** Ends the session with a neighbour for an operator's reason (RFC 9003). */
  shutdown(neighbour: string, text: string): Promise<void>;
  /** Asks a neighbour for all its routes again (RFC 2918); asked only of daemons that can. */
  refresh?(neighbour: string): Promise<void>;
  /** How many IPv4 prefixes it has from a neighbour; asked only of daemons that are sent many. */
  prefixesFrom?(neighbour: string): Promise<number>;
  /** Everything the daemon logged or shows of its sessions' ends: where a neighbour's shutdown text is looked for. */
  hearsay(): Promise<string>;
  /** The last lines of its log, for messages. */
  lastWords(): string;
}

/** What a daemon may or may not do; the rows of the matrix ask for some of it. */
export type Feature =
  | "rib"
  | "kernel routes"
  | "route reflection"
  | "graceful restart: helping"
  | "graceful restart: restarting"
  | "collisions"
  | "add-path"
  | "extended messages"
  | "shutdown text: sent"
  | "shutdown text: shown"
  | "extended next hop"
  | "long-lived restart"
  | "roles"
  | "OTC: shown"
  | "roles on one side"
  | "route refresh"
  | "enhanced route refresh"
  | "maximum of prefixes"
  | "many routes: received"
  | "many routes: sent"
  | "BFD"
  | "router advertisements";

/** One kind of daemon. */
export interface DaemonKind {
  readonly name: DaemonName;
  /** What this version cannot do, with the reason. */
  readonly lacks: { readonly [F in Feature]?: string };
  /**
   * Why it may close, after a collision, also the session that it keeps, and take it up again a second later; absent: it does
   * not.
   */
  readonly endsKeptSession?: string;
  /** The version as the program tells it. */
  version(): Promise<string>;
  open(host: Host): Daemon;
}

/** Whether a path that is shown whole carries a community. */
export function carriesIn(paths: readonly PathSeen[], community: string): boolean {
  return paths.some(({ communities }) => communities.includes(community));
}

const wellKnown: Readonly<Record<string, string>> = {
  gracefulshutdown: "65535:0",
  llgrstale: "65535:6",
  nollgr: "65535:7",
};

/** A community as `65535:0`, however a daemon writes those that have names. */
export function communityOf(text: string): string {
  return wellKnown[text.toLowerCase().replaceAll(/[-_ ]/g, "")] ?? text;
}
