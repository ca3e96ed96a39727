import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";
import { portSchema } from "./port.ts";
import { selectorTextSchema } from "./selector-text.ts";

const netsSchema = z.array(cidrSchema).max(65536);
const portsSchema = z.array(portSchema).max(4096);

/**
 * One side of a rule, as stored. The bounds are wide, because older Calicos had none: 65,536 nets, 4,096 ports. What people
 * may write is Calico's 256 and 50; `validate` holds them to it.
 */
export const entityRuleSchema = z.strictObject({
  nets: netsSchema.exactOptional(),
  selector: selectorTextSchema.exactOptional(),
  namespaceSelector: selectorTextSchema.exactOptional(),
  services: z.strictObject({ name: z.string().min(1), namespace: z.string().exactOptional() }).exactOptional(),
  ports: portsSchema.exactOptional(),
  notNets: netsSchema.exactOptional(),
  notSelector: selectorTextSchema.exactOptional(),
  notPorts: portsSchema.exactOptional(),
  serviceAccounts: z
    .strictObject({ names: z.array(z.string()).exactOptional(), selector: selectorTextSchema.exactOptional() })
    .exactOptional(),
});

/** The source or the destination that a rule matches; all its fields must match, an absent field matches anything. */
export type EntityRule = Frozen<z.infer<typeof entityRuleSchema>>;
