import type { WorkloadEndpointSpec } from "../../datastore/model/workload-endpoint.ts";
import { compareAddresses } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { EndpointGates, FloatingAddress, Limits } from "../chain.ts";

/** Packets that may come at once where nobody said how many (Calico defaultPacketBurst). */
const DEFAULT_BURST = 5;
/** The kernel's own bound of a rate and a burst (xt_limit.h XT_LIMIT_SCALE), which Calico holds both firewalls to. */
const MOST_PACKETS = 10_000;
/** xt_connlimit.h counts in 32 bits. */
const MOST_CONNECTIONS = 0xffff_ffff;

type Controls = NonNullable<WorkloadEndpointSpec["qosControls"]>;

/**
 * The limits that a workload's qosControls set, without those of bandwidth, which no rule of a firewall keeps. A rate of
 * none is no limit, a burst without a rate means nothing, and what is beyond the kernel's bounds counts as the bound.
 * Source: Calico libcalico-go/lib/backend/k8s/conversion/workload_endpoint_default.go.
 */
export function readLimits(controls: Controls | undefined): EndpointGates["limits"] {
  if (!controls) return undefined;
  const { ingressPacketRate, ingressPacketBurst, ingressMaxConnections } = controls;
  const { egressPacketRate, egressPacketBurst, egressMaxConnections } = controls;
  const ingress = limitsOf(ingressPacketRate, ingressPacketBurst, ingressMaxConnections);
  const egress = limitsOf(egressPacketRate, egressPacketBurst, egressMaxConnections);
  return ingress || egress ? { ...(ingress && { ingress }), ...(egress && { egress }) } : undefined;
}

type Amount = number | bigint | undefined;

function limitsOf(rate: Amount, burst: Amount, connections: Amount): Limits | undefined {
  const packets = rate && {
    rate: atMost(MOST_PACKETS, rate),
    burst: atMost(MOST_PACKETS, burst || DEFAULT_BURST),
  };
  if (!packets && !connections) return undefined;
  return {
    ...(packets && { packets }),
    ...(connections && { connections: atMost(MOST_CONNECTIONS, connections) }),
  };
}

function atMost(most: number, amount: number | bigint): number {
  return amount > most ? most : Number(amount);
}

/**
 * The addresses outside that mean a workload's own, in the order of the outer ones. One address outside can mean one inside
 * only: of several the lowest.
 */
export function readFloating(nats: WorkloadEndpointSpec["ipNATs"] = []): readonly FloatingAddress[] {
  const found = nats.flatMap(({ internalIP, externalIP }): FloatingAddress[] => {
    const [internal, external] = [parseAddress(internalIP), parseAddress(externalIP)];
    return internal && external && internal.family === external.family ? [{ external, internal }] : [];
  });
  found.sort((x, y) => compareAddresses(x.external, y.external) || compareAddresses(x.internal, y.internal));
  return found.filter((nat, i) => i === 0 || compareAddresses(nat.external, found[i - 1]!.external) !== 0);
}
