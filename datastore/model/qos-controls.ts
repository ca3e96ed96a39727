import * as z from "zod";

/** Calico writes these as 64-bit; a number beyond 2^53 comes as bigint. */
const amount = z.union([z.int().min(0), z.bigint().min(0n)]).exactOptional();

/**
 * Limits of a workload's traffic (Calico internalapi/workloadendpoint.go): bits a second, bits, octets (minburst),
 * packets a second, packets,
 * and connections at a time. Others that a newer Calico writes are kept.
 */
export const qosControlsSchema = z.looseObject({
  ingressBandwidth: amount,
  egressBandwidth: amount,
  ingressBurst: amount,
  egressBurst: amount,
  ingressPeakrate: amount,
  egressPeakrate: amount,
  ingressMinburst: amount,
  egressMinburst: amount,
  ingressPacketRate: amount,
  egressPacketRate: amount,
  ingressPacketBurst: amount,
  egressPacketBurst: amount,
  ingressMaxConnections: amount,
  egressMaxConnections: amount,
});
