import type { Prefix } from "../../net/prefix.ts";
import type { BgpSettings } from "./bgp-settings.ts";
import type { Pool } from "./planned.ts";
import { serviceRanges } from "./service-ranges.ts";

/** Who is to write routes to other nodes' workloads when nobody says otherwise: for pools without a tunnel, BGP. */
const byBgp: ReadonlySet<string> = new Set(["Enabled", "EnabledNoEncapOnly"]);

/**
 * Inside which prefixes routes of BGP are announced on and yet not written into the kernel: addresses of services, and pools
 * where `programClusterRoutes` leaves those to somebody else (no pool of ours has a tunnel, so `EnabledIPIPOnly` leaves all).
 * Source: Calico confd, calico_kernel_programming.
 */
export function withheldPrefixes(settings: BgpSettings, pools: readonly Pool[]): readonly Prefix[] {
  const isOurs = byBgp.has(settings.programClusterRoutes ?? "EnabledNoEncapOnly");
  return [...serviceRanges(settings, {}).all, ...(isOurs ? [] : pools.map(({ prefix }) => prefix))];
}
