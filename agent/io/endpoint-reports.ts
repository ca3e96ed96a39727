import { join } from "node:path";
import { endpointStatusesPrefix, hostEndpointStatusPath } from "../../datastore/status-key.ts";
import type { Store } from "../../datastore/store.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { type Environment, environmentFields } from "../config/environment.ts";
import { type FelixSettings, felixFields } from "../config/felix.ts";
import {
  type EndpointState,
  type HostState,
  hostStatusKeys,
  statusFiles,
  statusKeys,
} from "../endpoint-status/endpoint-state.ts";
import { statusFileSink } from "../endpoint-status/io/status-files.ts";
import { statusKeySink } from "../endpoint-status/status-keys.ts";
import { StatusReporter } from "../endpoint-status/status-reporter.ts";
import type { AgentFact } from "../fact.ts";

/** What the reports work with. */
export interface EndpointReportsOptions {
  readonly environment: Environment;
  readonly store: Store;
  readonly tell: Tell<AgentFact>;
  readonly settings: () => FelixSettings;
  /** Every endpoint of this node, and whether it is up. */
  readonly states: () => readonly EndpointState[];
  readonly hosts: () => readonly HostState[];
}

/**
 * Below which folder the files are: Calico's, so that its CNI plugin finds them; but an agent with a run folder of its own, one of
 * several on a machine, keeps them there.
 */
export function statusFolder({ endpointStatusPathPrefix: prefix }: FelixSettings, runDir: string): string {
  const isOwn =
    prefix === felixFields.endpointStatusPathPrefix.fallback && runDir !== environmentFields.runDir.fallback;
  return prefix === "" ? "" : join(isOwn ? runDir : prefix, "endpoint-status");
}

/** Tells who is up: in files, for the CNI plugins that wait for it, and in the datastore where that is asked for. */
export class EndpointReports {
  readonly #options: EndpointReportsOptions;
  #files: StatusReporter | undefined;
  #keys: StatusReporter | undefined;
  #hostKeys: StatusReporter | undefined;

  constructor(options: EndpointReportsOptions) {
    this.#options = options;
  }

  /** Looks at who is up now, and tells what is new. */
  look(): void {
    const { settings, states, environment } = this.#options;
    const folder = statusFolder(settings(), environment.runDir);
    const now = states();
    if (folder !== "") this.#files ??= this.#open(statusFileSink(folder), () => 0);
    this.#files?.want(statusFiles(now));
    this.#lookAtKeys(now);
  }

  /** Stops; what was told stays: the endpoints forward without us. */
  stop(): void {
    this.#files?.stop();
    this.#keys?.stop();
    this.#hostKeys?.stop();
  }

  #lookAtKeys(now: readonly EndpointState[]): void {
    const { settings, hosts, environment, store } = this.#options;
    const { endpointReportingEnabled: isWanted, openstackRegion: region } = settings();
    const { nodeName: node } = environment;
    const delay = (): number => settings().endpointReportingDelay;
    if (isWanted) {
      this.#keys ??= this.#open(statusKeySink(store, endpointStatusesPrefix(node, region)), delay);
      this.#hostKeys ??= this.#open(statusKeySink(store, hostEndpointStatusPath(node, "")), delay);
    }
    this.#keys?.want(isWanted ? statusKeys(now, node, region) : new Map());
    this.#hostKeys?.want(isWanted ? hostStatusKeys(hosts(), node) : new Map());
  }

  #open(sink: ConstructorParameters<typeof StatusReporter>[0]["sink"], delaySeconds: () => number): StatusReporter {
    const { tell } = this.#options;
    return new StatusReporter({ sink, clock: systemClock, random: systemRandom, tell, delaySeconds });
  }
}
