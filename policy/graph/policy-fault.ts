import type { FieldFault } from "../compile/rule-fault.ts";
import { describeOwner, type Owner } from "../rule.ts";

/** A field of a policy or profile that cannot be read, and what would have been right. */
export interface PolicyFault extends FieldFault {
  readonly owner: Owner;
}

/** A fault as a person would be told: `GlobalNetworkPolicy web: spec.ingress[2].source.selector: at character 4 …`. */
export function describePolicyFault({ owner, field, want }: PolicyFault): string {
  return `${describeOwner(owner)}: ${field}: ${want}`;
}
