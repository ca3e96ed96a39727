import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { kubernetesMetadataSchema } from "./kubernetes-metadata.ts";

const addresses = z.array(z.string().max(253)).max(1024).nullish();

/**
 * Kubernetes' Service (v1): the addresses under which its backends are called. Only what is read is looked at; all other
 * fields are kept as they are.
 */
export const kubernetesServiceSchema = z.looseObject({
  kind: z.literal("Service").exactOptional(),
  apiVersion: z.literal("v1").exactOptional(),
  metadata: kubernetesMetadataSchema,
  spec: z
    .looseObject({
      type: z.string().nullish(),
      clusterIP: z.string().max(64).nullish(),
      clusterIPs: addresses,
      externalIPs: addresses,
      loadBalancerIP: z.string().max(64).nullish(),
      externalTrafficPolicy: z.string().nullish(),
      internalTrafficPolicy: z.string().nullish(),
      ports: z
        .array(
          z.looseObject({
            name: z.string().nullish(),
            protocol: z.string().nullish(),
            port: z.int().min(0).max(65535),
            nodePort: z.int().min(0).max(65535).nullish(),
          }),
        )
        .max(4096)
        .nullish(),
    })
    .nullish(),
  status: z
    .looseObject({
      loadBalancer: z
        .looseObject({
          ingress: z
            .array(z.looseObject({ ip: z.string().max(64).nullish() }))
            .max(1024)
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

/** The addresses and ports under which a service's backends are called. */
export type KubernetesService = Frozen<z.infer<typeof kubernetesServiceSchema>>;
