import { ifbPrefix } from "../kernel/tc/ifb-name.ts";
import type { Change } from "../lib/change.ts";
import type { Address } from "../net/address.ts";
import type { FelixSettings } from "./config/felix.ts";
import { isExcluded } from "./config/interface-exclusion.ts";
import type { LocalEndpoint } from "./graph/planned.ts";
import { HostInterfaces } from "./host-interfaces.ts";
import type { HostLinks } from "./host-links.ts";
import type { ReversePathNode } from "./reverse-path.ts";

type Settings = Pick<FelixSettings, "interfacePrefix" | "interfaceExclude" | "workloadSourceSpoofing">;

/** Whether an interface of this name is a workload's. */
export function isWorkloadName({ interfacePrefix }: Pick<Settings, "interfacePrefix">, name: string): boolean {
  return interfacePrefix.some((prefix) => name.startsWith(prefix));
}

/** The interfaces that are the host's own, as policy and the kernel's checks have to know them. */
export class OwnInterfaces {
  readonly #links: HostLinks;
  readonly #interfaces = new HostInterfaces();
  #settled: Settings | undefined;

  constructor(links: HostLinks) {
    this.#links = links;
  }

  /** What changed of them since the last turn, also because other names count; answers whether anything may have. */
  turn(settings: Settings, emit: (change: Change<string, readonly Address[]>) => void): boolean {
    const { interfaceExclude } = settings;
    if (!this.#links.takeNews() && this.#settled === settings) return false;
    this.#settled = settings;
    // A device through which a workload's egress is led is nobody's interface.
    const isOwn = (name: string): boolean =>
      !isWorkloadName(settings, name) && !name.startsWith(ifbPrefix) && !isExcluded(interfaceExclude, name);
    for (const change of this.#interfaces.changes(this.#links.byInterface(), isOwn)) emit(change);
    return true;
  }

  /** Interfaces for which the kernel's check of sources matters. */
  sources(settings: Settings, endpoints: Iterable<LocalEndpoint>): ReversePathNode {
    const maySpoof = settings.workloadSourceSpoofing === "Any";
    const spoofing: string[] = [];
    for (const { interfaceName, spoofs } of endpoints)
      if (maySpoof && spoofs && this.#links.ifindexOf(interfaceName) !== undefined) spoofing.push(interfaceName);
    const uplinks: string[] = [];
    for (const [name, addresses] of this.#links.byInterface()) {
      if (name === "lo" || isWorkloadName(settings, name)) continue;
      if (addresses.some(({ family }) => family === "ipv4")) uplinks.push(name);
    }
    return { spoofing, uplinks };
  }
}
