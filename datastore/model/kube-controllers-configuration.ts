import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import { durationSchema } from "./duration.ts";
import type { Frozen } from "./frozen.ts";
import { labelsSchema } from "./label.ts";
import { clusterResource } from "./resource.ts";
import { selectorTextSchema } from "./selector-text.ts";

const onOff = z.enum(["Enabled", "Disabled"]).exactOptional();
const port = z.int().min(0).max(65535).exactOptional();
const reconciled = z.strictObject({ reconcilerPeriod: durationSchema.exactOptional() }).exactOptional();

/** How host endpoints are made for nodes on their own: which interfaces, under which labels, on which nodes. */
const templateSchema = z.strictObject({
  generateName: z.string().max(253).exactOptional(),
  interfaceCIDRs: z.array(cidrSchema).max(1024).exactOptional(),
  interfacePattern: z.string().max(1024).exactOptional(),
  labels: labelsSchema.exactOptional(),
  nodeSelector: selectorTextSchema.exactOptional(),
});

const controllersSchema = z.strictObject({
  node: z
    .strictObject({
      reconcilerPeriod: durationSchema.exactOptional(),
      syncLabels: onOff,
      hostEndpoint: z
        .strictObject({
          autoCreate: onOff,
          createDefaultHostEndpoint: onOff,
          templates: z.array(templateSchema).max(1024).exactOptional(),
        })
        .exactOptional(),
      leakGracePeriod: durationSchema.exactOptional(),
    })
    .exactOptional(),
  policy: reconciled,
  workloadEndpoint: reconciled,
  serviceAccount: reconciled,
  namespace: reconciled,
  loadBalancer: z
    .strictObject({ assignIPs: z.enum(["AllServices", "RequestedServicesOnly"]).exactOptional() })
    .exactOptional(),
  policyMigration: z.strictObject({ enabled: onOff }).exactOptional(),
});

/** The spec, in Calico's order. A controller that is left out of `controllers` is off. */
export const kubeControllersConfigurationSpecSchema = z.strictObject({
  logSeverityScreen: z.string().max(64).exactOptional(),
  healthChecks: onOff,
  etcdV3CompactionPeriod: durationSchema.exactOptional(),
  prometheusMetricsPort: port,
  controllers: controllersSchema.exactOptional(),
  debugProfilePort: port,
});

/** Settings of the Kubernetes controllers, and the settings that they run with. Its name must be "default". */
export const kubeControllersConfigurationSchema = z.strictObject({
  ...clusterResource("KubeControllersConfiguration", kubeControllersConfigurationSpecSchema).shape,
  status: z
    .strictObject({
      runningConfig: kubeControllersConfigurationSpecSchema.exactOptional(),
      environmentVars: z.record(z.string(), z.string()).exactOptional(),
    })
    .exactOptional(),
});

/** Settings of the Kubernetes controllers. */
export type KubeControllersConfiguration = Frozen<z.infer<typeof kubeControllersConfigurationSchema>>;
