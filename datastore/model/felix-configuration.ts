import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import { durationSchema } from "./duration.ts";
import { type FelixFieldName, felixFields } from "./felix-fields.ts";
import type { Frozen } from "./frozen.ts";
import { portSchema } from "./port.ts";
import { protocolSchema } from "./protocol.ts";
import { clusterResource } from "./resource.ts";

const failsafePorts = z
  .array(
    z.strictObject({
      protocol: protocolSchema.or(z.literal("")).exactOptional(),
      port: z.int().min(0).max(65535),
      net: z.string().exactOptional(),
    }),
  )
  .max(1024);
const tableRange = z.strictObject({ min: z.int(), max: z.int() });
const timer = z.string().max(64).exactOptional();
const conntrackTimeouts = z.strictObject({
  creationGracePeriod: timer,
  tcpSynSent: timer,
  tcpEstablished: timer,
  tcpFinsSeen: timer,
  tcpResetSeen: timer,
  udpTimeout: timer,
  genericTimeout: timer,
  icmpTimeout: timer,
});

/** The schema of each kind of value, made once however many fields take it. */
const valueSchemas = {
  boolean: z.boolean().exactOptional(),
  number: z.number().exactOptional(),
  text: z.string().max(4096).exactOptional(),
  duration: durationSchema.or(z.literal("")).exactOptional(),
  texts: z.array(z.string().max(4096)).max(1024).exactOptional(),
  textMap: z.record(z.string(), z.string()).exactOptional(),
  cidrs: z.array(cidrSchema).max(65536).exactOptional(),
  port: portSchema.exactOptional(),
  ports: z.array(portSchema).max(1024).exactOptional(),
  failsafePorts: failsafePorts.exactOptional(),
  timeouts: z
    .array(z.strictObject({ name: z.string(), timeout: durationSchema }))
    .max(1024)
    .exactOptional(),
  tableRange: tableRange.exactOptional(),
  tableRanges: z.array(tableRange).max(1024).exactOptional(),
  conntrackTimeouts: conntrackTimeouts.exactOptional(),
} as const;

type SpecShape = { [Name in FelixFieldName]: (typeof valueSchemas)[(typeof felixFields)[Name]] };

/**
 * Felix's settings in the datastore, types only: a value that is not legal keeps one parameter from its effect, never the
 * whole object (Felix: "keep lower-priority source"). What people write is held to the legal values by `validate`.
 */
export const felixConfigurationSpecSchema = z.strictObject(
  Object.fromEntries(Object.entries(felixFields).map(([name, type]) => [name, valueSchemas[type]])) as SpecShape,
);

/** Felix's settings for all nodes ("default"), one node ("node.<name>"), or the nodes of a nodeSelector. */
export const felixConfigurationSchema = clusterResource("FelixConfiguration", felixConfigurationSpecSchema);

/** Felix's settings, as stored. */
export type FelixConfiguration = Frozen<z.infer<typeof felixConfigurationSchema>>;
