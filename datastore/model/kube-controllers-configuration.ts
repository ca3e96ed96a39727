import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

/** Settings of the Kubernetes controllers; only the outer shape is checked here, `controllers` reads the rest. */
export const kubeControllersConfigurationSchema = z.strictObject({
  ...clusterResource(
    "KubeControllersConfiguration",
    z.strictObject({
      logSeverityScreen: z.string().exactOptional(),
      healthChecks: z.enum(["Enabled", "Disabled"]).exactOptional(),
      etcdV3CompactionPeriod: z.string().exactOptional(),
      prometheusMetricsPort: z.int().min(0).max(65535).exactOptional(),
      controllers: z.looseObject({}).exactOptional(),
      debugProfilePort: z.int().min(0).max(65535).exactOptional(),
    }),
  ).shape,
  status: z.looseObject({}).exactOptional(),
});

/** Settings of the Kubernetes controllers. */
export type KubeControllersConfiguration = Frozen<z.infer<typeof kubeControllersConfigurationSchema>>;
