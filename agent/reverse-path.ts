import type { Sysctls } from "../kernel/sysctl.ts";
import type { SysctlDriver } from "../kernel/sysctl-driver.ts";

/** What reverse path filtering is looked at with. */
export interface ReversePathOptions {
  readonly sysctls: Pick<Sysctls, "read">;
  readonly driver: Pick<SysctlDriver, "want" | "unwant">;
}

/** What of this node it matters to. */
export interface ReversePathNode {
  /** Interfaces of workloads that are let send from addresses that are not theirs. */
  readonly spoofing: readonly string[];
  /** The host's own interfaces that have IPv4 addresses beyond the host. */
  readonly uplinks: readonly string[];
}

const strict = "1";
const loose = "2";

function path(name: string): readonly string[] {
  return ["net", "ipv4", "conf", name, "rp_filter"];
}

/**
 * The kernel's own check of sources (rp_filter), which drops without a word and before any rule of ours: kept out of the way of workloads
 * that may use addresses of others, and reported where it would drop what comes back by another interface. The stronger of what
 * stands at `all` and at the interface holds (linux/inetdevice.h, IN_DEV_MAXCONF). Source of the first: Calico felix endpoint_mgr.go.
 */
export class ReversePath {
  readonly #options: ReversePathOptions;
  #spoofing: ReadonlySet<string> = new Set();

  constructor(options: ReversePathOptions) {
    this.#options = options;
  }

  /** Sets the interfaces; answers, as sentences, what is set so that packets would be lost. */
  look({ spoofing, uplinks }: ReversePathNode): readonly string[] {
    const { driver, sysctls } = this.#options;
    const all = sysctls.read(path("all"));
    const now = new Set(spoofing);
    for (const name of this.#spoofing) {
      if (now.has(name)) continue;
      driver.unwant(path(name));
      const usual = sysctls.read(path("default"));
      if (usual !== undefined && sysctls.read(path(name)) !== undefined) driver.want(path(name), usual);
      driver.unwant(path(name));
    }
    // Nothing that stands at an interface is weaker than `all`; only `loose` is stronger, and lets more through.
    for (const name of now) driver.want(path(name), all === strict ? loose : "0");
    this.#spoofing = now;
    const held = uplinks.filter((name) => this.#holds(name, all));
    if (held.length < 2) return [];
    const names = held.slice(0, 5).join(", ");
    return [
      `rp_filter is strict on ${names}: what comes in by another interface than answers leave by is dropped; 2 would be right`,
    ];
  }

  #holds(name: string, all: string | undefined): boolean {
    const own = this.#options.sysctls.read(path(name));
    return own !== undefined && String(Math.max(Number(own), Number(all ?? 0))) === strict;
  }
}
