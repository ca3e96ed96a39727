import * as z from "zod";
import { entityRuleSchema } from "./entity-rule.ts";
import type { Frozen } from "./frozen.ts";
import { protocolSchema } from "./protocol.ts";
import { checkRule } from "./rule-check.ts";

const icmpSchema = z.strictObject({
  type: z.int().min(0).max(254).exactOptional(),
  code: z.int().min(0).max(255).exactOptional(),
});

const httpPathSchema = z.strictObject({ exact: z.string().exactOptional(), prefix: z.string().exactOptional() });

/** What a rule does with a packet that it matches. */
export const ruleActions = ["Allow", "Deny", "Log", "Pass"] as const;

/** The fields of a rule in Calico's order, before the fields are checked against each other. */
export const ruleShape = z.strictObject({
  action: z.enum(ruleActions),
  ipVersion: z.literal([4, 6]).exactOptional(),
  protocol: protocolSchema.exactOptional(),
  icmp: icmpSchema.exactOptional(),
  notProtocol: protocolSchema.exactOptional(),
  notICMP: icmpSchema.exactOptional(),
  source: entityRuleSchema.exactOptional(),
  destination: entityRuleSchema.exactOptional(),
  http: z
    .strictObject({
      methods: z.array(z.string()).max(32).exactOptional(),
      paths: z.array(httpPathSchema).max(256).exactOptional(),
    })
    .exactOptional(),
  metadata: z.strictObject({ annotations: z.record(z.string(), z.string()).exactOptional() }).exactOptional(),
});

/** A rule of a policy or profile, as stored, its fields checked against each other (Calico validator/v3). */
export const ruleSchema = ruleShape.superRefine((rule, context) => checkRule(rule, context));

/** Up to 16,384 rules, first match first; people may write 1,024. */
export const rulesSchema = z.array(ruleSchema).max(16384);

/** One rule: what it matches and what it does. All its fields must match, an absent field matches anything. */
export type Rule = Frozen<z.infer<typeof ruleShape>>;

/** What a rule does with a packet that it matches. */
export type RuleAction = Rule["action"];
