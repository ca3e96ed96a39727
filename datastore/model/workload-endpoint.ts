import * as z from "zod";
import { addressSchema, cidrSchema, hostCidrSchema, ipv4AddressSchema, ipv6AddressSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";
import { isInterfaceName } from "./name.ts";
import { protocolSchema } from "./protocol.ts";
import { qosControlsSchema } from "./qos-controls.ts";
import { namespacedResource } from "./resource.ts";

const macSchema = z
  .string()
  .regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/, "a MAC address such as 'ca:7f:c9:e8:f4:32' is wanted");

const portSchema = z.strictObject({
  name: z.string().max(128).exactOptional(),
  protocol: protocolSchema,
  port: z.int().min(1).max(65535),
  hostPort: z.int().min(0).max(65535).exactOptional(),
  hostIP: z.string().max(64).exactOptional(),
});

/** The spec of a WorkloadEndpoint (Calico internalapi/workloadendpoint.go), in Calico's order. */
export const workloadEndpointSpecSchema = z.strictObject({
  orchestrator: z.string().max(253).exactOptional(),
  workload: z.string().max(253).exactOptional(),
  node: z.string().max(253).exactOptional(),
  containerID: z.string().max(253).exactOptional(),
  pod: z.string().max(253).exactOptional(),
  endpoint: z.string().max(253).exactOptional(),
  serviceAccountName: z.string().max(253).exactOptional(),
  ipNetworks: z.array(hostCidrSchema).max(64).exactOptional(),
  ipNATs: z
    .array(z.strictObject({ internalIP: addressSchema, externalIP: addressSchema }))
    .max(1024)
    .exactOptional(),
  ipv4Gateway: ipv4AddressSchema.exactOptional(),
  ipv6Gateway: ipv6AddressSchema.exactOptional(),
  profiles: z.array(z.string().min(1).max(253)).max(1024).exactOptional(),
  interfaceName: z
    .string()
    .refine(
      (text) => text === "" || isInterfaceName(text),
      "1 to 15 of letters, digits, '_', '.' and '-' make an interface name",
    )
    .exactOptional(),
  mac: macSchema.or(z.literal("")).exactOptional(),
  ports: z.array(portSchema).max(1024).exactOptional(),
  allowSpoofedSourcePrefixes: z.array(cidrSchema).max(1024).exactOptional(),
  qosControls: qosControlsSchema.exactOptional(),
});

/** One interface of a workload on a node: its addresses, profiles, labels and named ports. */
export const workloadEndpointSchema = namespacedResource("WorkloadEndpoint", workloadEndpointSpecSchema);

/** The spec of a workload's interface. */
export type WorkloadEndpointSpec = Frozen<z.infer<typeof workloadEndpointSpecSchema>>;

/** One interface of a workload on a node. */
export type WorkloadEndpoint = Frozen<z.infer<typeof workloadEndpointSchema>>;
