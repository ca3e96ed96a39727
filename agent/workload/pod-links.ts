import type { FibRoute } from "../../kernel/fib-route.ts";
import type { Interfaces, OpenInterfaces } from "../../kernel/interfaces.ts";
import type { OpenSysctls } from "../../kernel/sysctl.ts";
import { ManxError } from "../../lib/error.ts";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { hostPrefix, type Prefix, prefixOf } from "../../net/prefix.ts";
import type { PodLink, PodLinks } from "./ports.ts";

/** MAC of the host's end of every pod, as Calico has it. */
export const hostMac = "ee:ee:ee:ee:ee:ee";

/** The gateway a pod sees: 169.254.1.1, and the link-local address that `hostMac` gives (modified EUI-64). */
export const gateways = {
  ipv4: ipv4(0xa9fe0101),
  ipv6: ipv6(0xfe800000, 0, 0xecee_eeff, 0xfeee_eeee),
} as const satisfies Record<Family, Address>;

/** The interface was made and then not found: somebody else took it away. */
export class PodLinkGone extends ManxError<"agent/pod-link-gone", { readonly name: string }> {}

const mainTable = 254;
const protocolBoot = 3;

function podRoute(prefix: Prefix, ifindex: number, scope: "link" | "universe", via?: Address): FibRoute {
  const nexthops = [via ? { ifindex, via } : { ifindex }];
  // The kernel's own default metrics: 0 for IPv4, 1024 for IPv6.
  const metric = prefix.family === "ipv4" ? 0 : 1024;
  return { table: mainTable, prefix, metric, protocol: protocolBoot, type: "unicast", scope, nexthops };
}

async function find(side: Interfaces, name: string): Promise<{ readonly ifindex: number; readonly mac: string }> {
  const link = await side.link(name);
  if (!link)
    throw new PodLinkGone("agent/pod-link-gone", `interface ${name} is gone right after it was made`, { name });
  return link;
}

/** Addresses, routes and permanent neighbours inside: the gateway is known without anybody having to answer for it. */
async function furnish(pod: Interfaces, ifindex: number, addresses: readonly Prefix[]): Promise<void> {
  for (const prefix of addresses) await pod.address({ kind: "set", key: { ifindex, prefix }, value: { noDad: true } });
  for (const family of new Set(addresses.map((prefix) => prefix.family))) {
    const gateway = gateways[family];
    await pod.setNeighbour({ ifindex, address: gateway, mac: hostMac });
    if (family === "ipv4") await pod.setRoute(podRoute(hostPrefix(gateway), ifindex, "link"));
    const everything = prefixOf(family === "ipv4" ? ipv4(0) : ipv6(0, 0, 0, 0), 0);
    await pod.setRoute(podRoute(everything, ifindex, "universe", gateway));
  }
}

/** Where the host's ends are: path of a network namespace, absent for our own. */
export type HostSide = { readonly netns?: string };

/**
 * Makes and removes the veth pairs of pods. The pair is made from inside the pod's namespace, which works on every kernel, also
 * when the host has an interface of the inner name.
 */
export function podLinks(open: OpenInterfaces, openSysctls: OpenSysctls, hostSide: HostSide = {}): PodLinks {
  const create = async (link: PodLink, host: Interfaces, pod: Interfaces): Promise<string> => {
    await host.deleteLink(link.interfaceName);
    await pod.deleteLink(link.ifname);
    const inner = { name: link.ifname, ...(link.mac && { mac: link.mac }) };
    await pod.createVeth({ ...inner, peer: { name: link.interfaceName, mac: hostMac, ...hostSide } });
    const outside = await find(host, link.interfaceName);
    // Without detection of duplicates the link-local address of the host's end, the pod's gateway, is usable at once.
    const dad = ["net", "ipv6", "conf", link.interfaceName, "accept_dad"];
    const sysctls = openSysctls(hostSide);
    if (sysctls.read(dad) !== undefined) sysctls.write(dad, "0");
    await host.setLink(outside.ifindex, { up: true });
    const inside = await find(pod, link.ifname);
    const loopback = await pod.link("lo");
    if (loopback) await pod.setLink(loopback.ifindex, { up: true });
    await pod.setLink(inside.ifindex, { up: true });
    await furnish(pod, inside.ifindex, link.addresses);
    return inside.mac;
  };
  return {
    async create(link) {
      const host = open(hostSide);
      try {
        const pod = open({ netns: link.netns });
        try {
          const mac = await create(link, host, pod).catch(async (error: unknown) => {
            // Half a pod is worse than none; the error that led here matters more than one met on the way.
            await host.deleteLink(link.interfaceName).catch(() => {});
            throw error;
          });
          const used = new Set(link.addresses.map((prefix) => prefix.family));
          return { mac, gateways: [...used].map((family) => formatAddress(gateways[family])) };
        } finally {
          pod.close();
        }
      } finally {
        host.close();
      }
    },
    async remove(interfaceName) {
      const host = open(hostSide);
      try {
        await host.deleteLink(interfaceName);
      } finally {
        host.close();
      }
    },
  };
}
