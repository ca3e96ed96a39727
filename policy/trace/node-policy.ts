import type { FelixConfiguration } from "../../datastore/model/felix-configuration.ts";
import { protocolNumber } from "../../datastore/model/protocol.ts";
import type { Address } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { FailsafePort, NodePolicy } from "../evaluate.ts";
import { matches } from "../selector/evaluate.ts";
import { parseSelector } from "../selector/parse.ts";

/** What a node decides by, as far as the datastore says; variables of the agent's own environment are not in it. */
export interface DecidingSettings extends NodePolicy {
  readonly natExclusions: "IPPoolsOnly" | "IPPoolsAndHostIPs";
  /** What outgoing traffic is translated to; absent: the address of the interface it leaves by. */
  readonly natOutgoing?: Address;
  readonly floatingAddresses: boolean;
}

const always = [179, 2379, 2380, 5473, 6443, 6666, 6667].map((port): FailsafePort => ({ protocol: 6, port }));
const failsafes = {
  inbound: [{ protocol: 6, port: 22 }, { protocol: 17, port: 68 }, ...always],
  outbound: [{ protocol: 17, port: 53 }, { protocol: 17, port: 67 }, ...always],
};

type Spec = FelixConfiguration["spec"];

/**
 * The settings of a node out of all FelixConfigurations: `default`, then the oldest whose nodeSelector chooses the node, then
 * `node.<name>`; what is in none of them is Calico's default.
 */
export function decidingSettings(
  node: string,
  labels: Readonly<Record<string, string>>,
  all: readonly FelixConfiguration[],
): DecidingSettings {
  const named = (name: string) => all.find(({ metadata }) => metadata.name === name)?.spec;
  const chosen = all.filter((one) => chooses(one, labels)).sort(byAge)[0]?.spec;
  const spec: Spec = { ...named("default"), ...chosen, ...named(`node.${node}`) };
  const either = <T extends string>(value: string | undefined, legal: readonly T[]): T =>
    legal.find((each) => each.toLowerCase() === value?.toLowerCase()) ?? legal[0]!;
  const natOutgoing = spec.natOutgoingAddress ? parseAddress(spec.natOutgoingAddress) : undefined;
  return {
    interfacePrefixes: (spec.interfacePrefix || "cali").split(",").map((each) => each.trim()),
    endpointToHost: either(spec.defaultEndpointToHostAction, ["Drop", "Return", "Accept"]),
    sourceSpoofing: either(spec.workloadSourceSpoofing, ["Disabled", "Any"]),
    failsafes: {
      inbound: ports(spec.failsafeInboundHostPorts) ?? failsafes.inbound,
      outbound: ports(spec.failsafeOutboundHostPorts) ?? failsafes.outbound,
    },
    serviceLoopPrevention: either(spec.serviceLoopPrevention, ["Drop", "Reject", "Disabled"]),
    workloadEncapsulation: {
      vxlan: spec.allowVXLANPacketsFromWorkloads === true,
      ipip: spec.allowIPIPPacketsFromWorkloads === true,
    },
    natExclusions: either(spec.natOutgoingExclusions, ["IPPoolsOnly", "IPPoolsAndHostIPs"]),
    ...(natOutgoing && { natOutgoing }),
    floatingAddresses: spec.floatingIPs === "Enabled",
  };
}

function chooses({ metadata, spec }: FelixConfiguration, labels: Readonly<Record<string, string>>): boolean {
  if (!spec.nodeSelector || metadata.name === "default" || metadata.name.startsWith("node.")) return false;
  const parsed = parseSelector(spec.nodeSelector);
  return "selector" in parsed && matches(parsed.selector, labels);
}

/** Older first; a missing time of creation counts as the youngest. */
function byAge(x: FelixConfiguration, y: FelixConfiguration): number {
  const key = ({ metadata }: FelixConfiguration) => `${metadata.creationTimestamp || "~"} ${metadata.name}`;
  return key(x) < key(y) ? -1 : 1;
}

function ports(list: Spec["failsafeInboundHostPorts"]): FailsafePort[] | undefined {
  return list?.flatMap(({ protocol, port, net }) => {
    const number = protocolNumber(protocol || "TCP");
    const prefix = net ? parsePrefix(net) : undefined;
    if (number === undefined || (net && !prefix)) return [];
    return [{ protocol: number, port, ...(prefix && { net: prefix }) }];
  });
}
