/** One file below /proc/sys: its path's components and what should stand in it. */
export interface PlannedSetting {
  readonly path: readonly string[];
  readonly value: string;
}

function setting(
  family: "ipv4" | "ipv6",
  group: "conf" | "neigh",
  name: string,
  file: string,
  value: string,
): PlannedSetting {
  return { path: ["net", family, group, name, file], value };
}

/**
 * What the host's end of a workload's veth must be set to: it forwards, answers ARP and neighbour solicitations for the
 * gateway at once, lets the workload reach services on localhost addresses, and takes no router advertisements from it.
 * Source: Calico felix/dataplane/linux/endpoint_mgr.go.
 */
export function interfaceSettings(name: string, ipv6: boolean): readonly PlannedSetting[] {
  const four = [
    setting("ipv4", "conf", name, "route_localnet", "1"),
    setting("ipv4", "neigh", name, "proxy_delay", "0"),
    setting("ipv4", "conf", name, "proxy_arp", "1"),
    setting("ipv4", "conf", name, "forwarding", "1"),
  ];
  if (!ipv6) return [...four, setting("ipv6", "conf", name, "accept_ra", "0")];
  return [
    ...four,
    setting("ipv6", "conf", name, "disable_ipv6", "0"),
    setting("ipv6", "conf", name, "accept_ra", "0"),
    setting("ipv6", "conf", name, "proxy_ndp", "1"),
    setting("ipv6", "conf", name, "forwarding", "1"),
  ];
}

/** What the whole host must be set to, to be a router for its workloads. */
export function hostSettings(ipv6: boolean): readonly PlannedSetting[] {
  const four = { path: ["net", "ipv4", "ip_forward"], value: "1" };
  return ipv6 ? [four, { path: ["net", "ipv6", "conf", "all", "forwarding"], value: "1" }] : [four];
}
