import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import { conditionsStatusSchema } from "./condition.ts";
import type { Frozen } from "./frozen.ts";
import { labelSelectorSchema } from "./label-selector.ts";
import { namespacedResource } from "./resource.ts";
import { stagedActionSchema } from "./staged-action.ts";

const portSchema = z.strictObject({
  protocol: z.enum(["TCP", "UDP", "SCTP"]).exactOptional(),
  port: z.union([z.int().min(0).max(65535), z.string().max(128)]).exactOptional(),
  endPort: z.int().min(0).max(65535).exactOptional(),
});
const peerSchema = z.strictObject({
  podSelector: labelSelectorSchema.exactOptional(),
  namespaceSelector: labelSelectorSchema.exactOptional(),
  ipBlock: z.strictObject({ cidr: cidrSchema, except: z.array(cidrSchema).max(1024).exactOptional() }).exactOptional(),
});
const ports = z.array(portSchema).max(4096).exactOptional();
const peers = z.array(peerSchema).max(4096).exactOptional();

/** The spec of a Kubernetes NetworkPolicy with a staged action in front (networking/v1), in Calico's order. */
export const stagedKubernetesNetworkPolicySpecSchema = z.strictObject({
  stagedAction: stagedActionSchema.exactOptional(),
  podSelector: labelSelectorSchema.exactOptional(),
  ingress: z
    .array(z.strictObject({ ports, from: peers }))
    .max(16384)
    .exactOptional(),
  egress: z
    .array(z.strictObject({ ports, to: peers }))
    .max(16384)
    .exactOptional(),
  policyTypes: z
    .array(z.enum(["Ingress", "Egress"]))
    .max(2)
    .exactOptional(),
});

/** A Kubernetes NetworkPolicy that only gives verdicts, never acts. */
export const stagedKubernetesNetworkPolicySchema = z.strictObject({
  ...namespacedResource("StagedKubernetesNetworkPolicy", stagedKubernetesNetworkPolicySpecSchema).shape,
  status: conditionsStatusSchema.exactOptional(),
});

/** A Kubernetes NetworkPolicy on trial; an absent podSelector selects every pod of the namespace. */
export type StagedKubernetesNetworkPolicy = Frozen<z.infer<typeof stagedKubernetesNetworkPolicySchema>>;
