import * as z from "zod";
import { addressSchema } from "./cidr.ts";
import { endpointPortSchema } from "./endpoint-port.ts";
import type { Frozen } from "./frozen.ts";
import { isInterfaceName } from "./name.ts";
import { clusterResource } from "./resource.ts";

/** An interface of a host that policies apply to; `*` means all its interfaces. */
export const hostEndpointSchema = clusterResource(
  "HostEndpoint",
  z
    .strictObject({
      node: z.string().max(253).exactOptional(),
      interfaceName: z
        .string()
        .refine((text) => text === "*" || text === "" || isInterfaceName(text), "an interface's name or '*' is wanted")
        .exactOptional(),
      expectedIPs: z.array(addressSchema).max(1024).exactOptional(),
      profiles: z.array(z.string().min(1).max(253)).max(1024).exactOptional(),
      ports: z.array(endpointPortSchema).max(1024).exactOptional(),
    })
    .superRefine((spec, context) => {
      const complain = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
      if (!spec.node) complain("node", "the name of the host is wanted");
      if (!spec.interfaceName && !spec.expectedIPs?.length) complain("interfaceName", "this or expectedIPs is wanted");
    }),
);

/** An interface of a host that policies apply to. */
export type HostEndpoint = Frozen<z.infer<typeof hostEndpointSchema>>;
