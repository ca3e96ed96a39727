import type { BgpFact } from "../../bgp/fact.ts";
import type { DatastoreFact } from "../../datastore/fact.ts";
import type { Store } from "../../datastore/store.ts";
import type { IpamFact } from "../../ipam/fact.ts";
import type { KernelFact } from "../../kernel/fact.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Environment } from "../config/environment.ts";
import type { FelixSettings } from "../config/felix.ts";
import type { Variables } from "../config/read.ts";
import type { ConntrackFact } from "../conntrack/fact.ts";
import type { AgentFact } from "../fact.ts";
import type { IntakeTargets } from "../intake.ts";
import type { FirewallFact } from "./firewall.ts";

/** Everything that can be heard from a node. */
export type NodeFact = AgentFact | BgpFact | DatastoreFact | IpamFact | KernelFact | FirewallFact | ConntrackFact;

/** What an agent is started with. */
export interface AgentOptions {
  readonly environment: Environment;
  /** The configuration file and the environment, weakest first. */
  readonly layers: readonly Variables[];
  readonly store: Store;
  readonly tell: Tell<NodeFact>;
  /** The kernel took a turn's outcome, in so many seconds. */
  readonly applied: (seconds: number) => void;
  /** An endpoint came up, so many seconds after the news of it. */
  readonly arrived: (seconds: number) => void;
  /** IPAM should read pools and our node again. */
  readonly onPools: () => void;
  /** A CalicoNodeStatus, of whatever node, came, changed or went. */
  readonly onNodeStatus: NonNullable<IntakeTargets["onNodeStatus"]>;
  /** How loud BGP is to be from now on (BGPConfiguration logSeverityScreen); undefined: as everything else. */
  readonly onBgpSeverity: (severity: string | undefined) => void;
  /** Felix's settings, before the first turn and whenever they changed. */
  readonly onSettings: (settings: FelixSettings) => void;
  /** Endpoints may have come up or gone down. */
  readonly onEndpoints: () => void;
}
