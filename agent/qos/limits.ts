import type { WorkloadEndpointSpec } from "../../datastore/model/workload-endpoint.ts";
import type { InterfaceLimits, RateLimit } from "../../kernel/tc/bucket.ts";

/** Calico's limits of a workload's traffic, as a WorkloadEndpoint has them. */
export type QosControls = NonNullable<WorkloadEndpointSpec["qosControls"]>;

/** Bits that may pass at once where nobody says how many: 4 Gi, Calico's default (`ingressBurst`, `egressBurst`). */
export const defaultBurst = 4 * 2 ** 30;
/** Bits a second: no interface is faster, and numbers stay exact. Calico's writers allow up to 10^15. */
const fastest = Number.MAX_SAFE_INTEGER;

/**
 * The bandwidth limits that QoS controls ask for; undefined when they ask for none. A bandwidth of 0 is none, and
 * without one neither burst nor peak rate mean anything. Bandwidth, burst and peak rate are in bits, minburst in
 * octets,
 * as in Felix. Packet rates and connections are the firewall's.
 */
export function limitsOf(controls: QosControls | undefined): InterfaceLimits | undefined {
  if (!controls) return undefined;
  const ingress = limitOf(
    controls.ingressBandwidth,
    controls.ingressBurst,
    controls.ingressPeakrate,
    controls.ingressMinburst,
  );
  const egress = limitOf(
    controls.egressBandwidth,
    controls.egressBurst,
    controls.egressPeakrate,
    controls.egressMinburst,
  );
  return ingress || egress ? { ...(ingress && { ingress }), ...(egress && { egress }) } : undefined;
}

type Amount = number | bigint | undefined;

function limitOf(bandwidth: Amount, burst: Amount, peakrate: Amount, minburst: Amount): RateLimit | undefined {
  const rate = whole(bandwidth);
  if (rate === 0) return undefined;
  const limit = { rate, burst: whole(burst) || defaultBurst };
  if (whole(peakrate) === 0) return limit;
  return { ...limit, peakrate: whole(peakrate), ...(whole(minburst) > 0 && { minburst: whole(minburst) }) };
}

function whole(amount: Amount): number {
  return Math.min(Number(amount ?? 0), fastest);
}

/** Whether two interfaces' limits are the same. */
export function sameLimits(x: InterfaceLimits | undefined, y: InterfaceLimits | undefined): boolean {
  return sameLimit(x?.ingress, y?.ingress) && sameLimit(x?.egress, y?.egress);
}

function sameLimit(x: RateLimit | undefined, y: RateLimit | undefined): boolean {
  return x?.rate === y?.rate && x?.burst === y?.burst && x?.peakrate === y?.peakrate && x?.minburst === y?.minburst;
}
