import * as z from "zod";
import { addressSchema, cidrSchema } from "./cidr.ts";
import { durationSchema } from "./duration.ts";
import { felixBooleans, felixDurations, felixNumbers, felixTexts } from "./felix-fields.ts";
import type { Frozen } from "./frozen.ts";
import { portSchema } from "./port.ts";
import { protocolSchema } from "./protocol.ts";
import { clusterResource } from "./resource.ts";

function each<Name extends string, S extends z.ZodType>(names: readonly Name[], schema: S) {
  const optional = schema.exactOptional();
  return Object.fromEntries(names.map((name) => [name, optional])) as { [N in Name]: z.ZodExactOptional<S> };
}

const failsafePorts = z
  .array(
    z.strictObject({
      protocol: protocolSchema.exactOptional(),
      port: z.int().min(0).max(65535),
      net: z.string().exactOptional(),
    }),
  )
  .max(1024);
const tableRange = z.strictObject({ min: z.int(), max: z.int() });

/**
 * Felix's settings in the datastore. Types only: what a value means, and its default, is the agent's table. A field that
 * this list does not know is kept when it comes from the store and refused when a person writes it.
 */
export const felixConfigurationSpecSchema = z.strictObject({
  ...each(felixTexts, z.string().max(4096)),
  ...each(felixNumbers, z.number()),
  ...each(felixBooleans, z.boolean()),
  ...each(felixDurations, durationSchema.or(z.literal(""))),
  bpfDSROptoutCIDRs: z.array(cidrSchema).exactOptional(),
  bpfExcludeCIDRsFromNAT: z.array(cidrSchema).exactOptional(),
  bpfForceTrackPacketsFromIfaces: z.array(z.string()).exactOptional(),
  bpfConntrackTimeouts: z.looseObject({}).exactOptional(),
  bpfExportBufferSizeMB: z.number().exactOptional(),
  bpfKubeProxyEndpointSlicesEnabled: z.boolean().exactOptional(),
  bpfKubeProxyHealthzPort: z.number().exactOptional(),
  bpfMaglevMaxEndpointsPerService: z.number().exactOptional(),
  bpfPSNATPorts: portSchema.exactOptional(),
  externalNodesList: z.array(cidrSchema.or(addressSchema)).exactOptional(),
  failsafeInboundHostPorts: failsafePorts.exactOptional(),
  failsafeOutboundHostPorts: failsafePorts.exactOptional(),
  healthTimeoutOverrides: z.array(z.strictObject({ name: z.string(), timeout: durationSchema })).exactOptional(),
  kubeNodePortRanges: z.array(portSchema).exactOptional(),
  natPortRange: portSchema.exactOptional(),
  requireMTUFile: z.boolean().exactOptional(),
  routeTableRange: tableRange.exactOptional(),
  routeTableRanges: z.array(tableRange).exactOptional(),
  wireguardThreadingEnabled: z.boolean().exactOptional(),
});

/** Felix's settings for all nodes ("default"), one node ("node.<name>"), or the nodes of a nodeSelector. */
export const felixConfigurationSchema = clusterResource("FelixConfiguration", felixConfigurationSpecSchema);

/** Felix's settings, as stored. */
export type FelixConfiguration = Frozen<z.infer<typeof felixConfigurationSchema>>;
