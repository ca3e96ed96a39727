import * as z from "zod";
import { asNumberSchema } from "./as-number.ts";
import { ipv4CidrSchema, ipv6CidrSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

const communityText = z.string().regex(/^[0-9]+:[0-9]+(:[0-9]+)?$/, "a community 'aa:nn' or 'aa:nn:mm' is wanted");
const asPath = z.array(asNumberSchema).max(10);
const operation = z.strictObject({
  addCommunity: z.strictObject({ value: communityText }).exactOptional(),
  prependASPath: z.strictObject({ prefix: asPath }).exactOptional(),
  setPriority: z.strictObject({ value: z.int().min(1).max(2147483646) }).exactOptional(),
});

function rulesOf(cidr: typeof ipv4CidrSchema, bits: number) {
  const rule = z
    .strictObject({
      cidr: cidr.exactOptional(),
      prefixLength: z
        .strictObject({ min: z.int().min(0).max(bits).exactOptional(), max: z.int().min(0).max(bits).exactOptional() })
        .exactOptional(),
      source: z.enum(["RemotePeers"]).exactOptional(),
      interface: z.string().exactOptional(),
      matchOperator: z.enum(["Equal", "NotEqual", "In", "NotIn"]).exactOptional(),
      peerType: z.enum(["eBGP", "iBGP"]).exactOptional(),
      communities: z.strictObject({ values: z.array(communityText).length(1) }).exactOptional(),
      asPathPrefix: z.array(asNumberSchema).max(64).exactOptional(),
      priority: z.int().min(1).max(2147483646).exactOptional(),
      action: z.enum(["Accept", "Reject"]),
      operations: z.array(operation).max(10).exactOptional(),
    })
    .superRefine((rule, context) => {
      const complain = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
      if (rule.cidr && !rule.matchOperator) complain("matchOperator", "cidr needs it");
      if (!rule.cidr && rule.matchOperator) complain("cidr", "matchOperator needs it");
      if (rule.prefixLength && !rule.cidr) complain("prefixLength", "needs cidr");
      if (rule.operations?.length && rule.action === "Reject") complain("operations", "needs action Accept");
    });
  return z.array(rule).max(1024);
}

/** What a peering lets in and out, first match first; no match falls through to the built-in policy. */
export const bgpFilterSchema = clusterResource(
  "BGPFilter",
  z.strictObject({
    exportV4: rulesOf(ipv4CidrSchema, 32).exactOptional(),
    importV4: rulesOf(ipv4CidrSchema, 32).exactOptional(),
    exportV6: rulesOf(ipv6CidrSchema, 128).exactOptional(),
    importV6: rulesOf(ipv6CidrSchema, 128).exactOptional(),
  }),
);

/** What a peering lets in and out. */
export type BGPFilter = Frozen<z.infer<typeof bgpFilterSchema>>;

/** One rule of a filter, of either family. */
export type BGPFilterRule = NonNullable<BGPFilter["spec"]["exportV4"]>[number];
