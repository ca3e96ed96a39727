import * as z from "zod";
import { asNumberSchema } from "./as-number.ts";
import { checkBGPPeer, parsePeerIP } from "./bgp-peer-check.ts";
import { addressSchema } from "./cidr.ts";
import { durationSchema } from "./duration.ts";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";
import { passwordRefSchema } from "./secret-ref.ts";
import { selectorTextSchema } from "./selector-text.ts";

/** The fields of a peering in Calico's order, before they are checked against each other. */
export const bgpPeerSpecShape = z.strictObject({
  node: z.string().max(253).exactOptional(),
  nodeSelector: selectorTextSchema.exactOptional(),
  peerIP: z
    .string()
    .refine(
      (text) => text === "" || parsePeerIP(text) !== undefined,
      "an address, 'a.b.c.d:port' or '[v6]:port' is wanted",
    )
    .exactOptional(),
  asNumber: asNumberSchema.exactOptional(),
  localASNumber: asNumberSchema.exactOptional(),
  keepOriginalNextHop: z.boolean().exactOptional(),
  peerSelector: selectorTextSchema.exactOptional(),
  password: passwordRefSchema.exactOptional(),
  sourceAddress: z.enum(["UseNodeIP", "None"]).exactOptional(),
  maxRestartTime: durationSchema.exactOptional(),
  keepaliveTime: durationSchema.exactOptional(),
  numAllowedLocalASNumbers: z.int().min(0).max(255).exactOptional(),
  ttlSecurity: z.int().min(0).max(255).exactOptional(),
  reachableBy: addressSchema.or(z.literal("")).exactOptional(),
  filters: z.array(z.string().max(253)).max(1024).exactOptional(),
  nextHopMode: z.enum(["Auto", "Self", "Keep"]).exactOptional(),
  localWorkloadSelector: selectorTextSchema.exactOptional(),
  reversePeering: z.enum(["Auto", "Manual"]).exactOptional(),
});

/** Who peers with whom. */
export const bgpPeerSchema = clusterResource(
  "BGPPeer",
  bgpPeerSpecShape.superRefine((spec, context) => checkBGPPeer(spec, context)),
);

/** The spec of a peering. */
export type BGPPeerSpec = Frozen<z.infer<typeof bgpPeerSpecShape>>;

/** Who peers with whom: the nodes chosen on our side, and the address or the nodes on theirs. */
export type BGPPeer = Frozen<z.infer<typeof bgpPeerSchema>>;
