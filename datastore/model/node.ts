import * as z from "zod";
import { asNumberSchema } from "./as-number.ts";
import { addressSchema, ipv4AddressSchema, ipv4CidrSchema, ipv6AddressSchema, ipv6CidrSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

const bgpSchema = z
  .strictObject({
    asNumber: asNumberSchema.exactOptional(),
    ipv4Address: ipv4CidrSchema.exactOptional(),
    ipv6Address: ipv6CidrSchema.exactOptional(),
    ipv4IPIPTunnelAddr: ipv4AddressSchema.or(z.literal("")).exactOptional(),
    routeReflectorClusterID: ipv4AddressSchema.or(z.literal("")).exactOptional(),
  })
  .refine((bgp) => Object.keys(bgp).length > 0, "without any field bgp must be left out");

/** The spec of a Node (Calico internalapi/node.go). A node with neither address has no BGP. */
export const nodeSpecSchema = z.strictObject({
  bgp: bgpSchema.exactOptional(),
  ipv4VXLANTunnelAddr: ipv4AddressSchema.exactOptional(),
  vxlanTunnelMACAddr: z.string().exactOptional(),
  ipv6VXLANTunnelAddr: ipv6AddressSchema.exactOptional(),
  vxlanTunnelMACAddrV6: z.string().exactOptional(),
  orchRefs: z.array(z.strictObject({ nodeName: z.string().exactOptional(), orchestrator: z.string() })).exactOptional(),
  wireguard: z
    .strictObject({
      interfaceIPv4Address: ipv4AddressSchema.exactOptional(),
      interfaceIPv6Address: ipv6AddressSchema.exactOptional(),
    })
    .exactOptional(),
  addresses: z
    .array(z.strictObject({ address: z.string(), type: z.string().exactOptional() }))
    .max(1024)
    .exactOptional(),
  interfaces: z
    .array(z.strictObject({ name: z.string().exactOptional(), addresses: z.array(addressSchema).exactOptional() }))
    .max(1024)
    .exactOptional(),
});

/** A machine of the cluster. `bgp.ipv4Address` and `ipv6Address` carry the prefix length of the link. */
export const nodeSchema = z.strictObject({
  ...clusterResource("Node", nodeSpecSchema).shape,
  status: z
    .strictObject({
      wireguardPublicKey: z.string().exactOptional(),
      wireguardPublicKeyV6: z.string().exactOptional(),
      podCIDRs: z.array(z.string()).exactOptional(),
    })
    .exactOptional(),
});

/** A machine of the cluster: its addresses, AS number and route reflector cluster. */
export type Node = Frozen<z.infer<typeof nodeSchema>>;
