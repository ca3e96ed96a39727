import * as z from "zod";
import { asNumberSchema } from "./as-number.ts";
import { cidrSchema, ipv4AddressSchema, ipv6AddressSchema } from "./cidr.ts";
import { durationSchema } from "./duration.ts";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";
import { passwordRefSchema } from "./secret-ref.ts";

const cidrBlocks = z.array(z.strictObject({ cidr: cidrSchema })).max(10000);
const community = z.string().regex(/^[0-9]+:[0-9]+(:[0-9]+)?$/, "a community 'aa:nn' or 'aa:nn:mm' is wanted");
const priority = z.int().min(1).max(2147483646);

/** The fields of a BGPConfiguration's spec, before they are checked against each other. */
export const bgpConfigurationSpecShape = z.strictObject({
  logSeverityScreen: z.enum(["Trace", "Debug", "Info", "Warning", "Error", "Fatal", "None", ""]).exactOptional(),
  nodeToNodeMeshEnabled: z.boolean().exactOptional(),
  asNumber: asNumberSchema.exactOptional(),
  serviceLoadBalancerIPs: cidrBlocks.exactOptional(),
  serviceExternalIPs: cidrBlocks.exactOptional(),
  serviceClusterIPs: cidrBlocks.exactOptional(),
  communities: z
    .array(z.strictObject({ name: z.string(), value: community }))
    .max(1024)
    .exactOptional(),
  prefixAdvertisements: z
    .array(z.strictObject({ cidr: cidrSchema, communities: z.array(z.string()).max(64).exactOptional() }))
    .max(1024)
    .exactOptional(),
  listenPort: z.int().min(1).max(65535).exactOptional(),
  nodeMeshPassword: passwordRefSchema.exactOptional(),
  nodeMeshMaxRestartTime: durationSchema.exactOptional(),
  bindMode: z.enum(["None", "NodeIP"]).exactOptional(),
  ignoredInterfaces: z.array(z.string()).max(1024).exactOptional(),
  serviceLoadBalancerAggregation: z.enum(["Enabled", "Disabled"]).exactOptional(),
  localWorkloadPeeringIPV4: ipv4AddressSchema.or(z.literal("")).exactOptional(),
  localWorkloadPeeringIPV6: ipv6AddressSchema.or(z.literal("")).exactOptional(),
  programClusterRoutes: z.enum(["Disabled", "EnabledIPIPOnly", "EnabledNoEncapOnly", "Enabled"]).exactOptional(),
  ipv4NormalRoutePriority: priority.exactOptional(),
  ipv6NormalRoutePriority: priority.exactOptional(),
});

/** BGP settings of the cluster ("default") or of one node ("node.<name>"). */
export const bgpConfigurationSchema = clusterResource(
  "BGPConfiguration",
  bgpConfigurationSpecShape.superRefine((spec, context) => {
    const complain = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    if (spec.communities?.length && !spec.prefixAdvertisements?.length)
      complain("communities", "needs prefixAdvertisements");
    if (spec.nodeToNodeMeshEnabled !== false) return;
    if (spec.nodeMeshPassword) complain("nodeMeshPassword", "needs nodeToNodeMeshEnabled true");
    if (spec.nodeMeshMaxRestartTime) complain("nodeMeshMaxRestartTime", "needs nodeToNodeMeshEnabled true");
  }),
);

/** BGP settings of the cluster or of one node; absent fields mean Calico's defaults. */
export type BGPConfiguration = Frozen<z.infer<typeof bgpConfigurationSchema>>;
