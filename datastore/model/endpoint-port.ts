import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { protocolSchema } from "./protocol.ts";

/** A named port that a HostEndpoint declares. */
export const endpointPortSchema = z.strictObject({
  name: z.string().min(1).max(128),
  protocol: protocolSchema,
  port: z.int().min(1).max(65535),
});

/** A named port that an endpoint declares, so that rules can name it. */
export type EndpointPort = Frozen<z.infer<typeof endpointPortSchema>>;
