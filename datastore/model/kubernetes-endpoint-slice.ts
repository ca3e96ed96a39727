import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { kubernetesMetadataSchema } from "./kubernetes-metadata.ts";

/** The label by which a slice says whose it is: the name of a service of its own namespace (Kubernetes discovery/v1). */
export const serviceNameLabel = "kubernetes.io/service-name";

const portSchema = z.looseObject({
  name: z.string().nullish(),
  /** Absent means TCP. */
  protocol: z.string().nullish(),
  /** Absent means every port, which no rule can be about. */
  port: z.int().min(0).max(65535).nullish(),
});

const endpointSchema = z.looseObject({
  addresses: z.array(z.string().max(253)).max(100).nullish(),
  conditions: z
    .looseObject({
      ready: z.boolean().nullish(),
      serving: z.boolean().nullish(),
      terminating: z.boolean().nullish(),
    })
    .nullish(),
});

/** Most pairs of an address and a port that one slice may stand for; Kubernetes' own make 1,000 endpoints at most. */
const mostPairs = 100_000;

/**
 * Kubernetes' EndpointSlice (discovery.k8s.io/v1), a part of a service's backends. Only what policy reads is looked at; all
 * other fields are kept as they are. The bounds are Kubernetes' own: 1,000 endpoints, 100 ports.
 */
export const kubernetesEndpointSliceSchema = z
  .looseObject({
    kind: z.literal("EndpointSlice").exactOptional(),
    apiVersion: z.literal("discovery.k8s.io/v1").exactOptional(),
    metadata: kubernetesMetadataSchema,
    addressType: z.string().exactOptional(),
    endpoints: z.array(endpointSchema).max(1000).nullish(),
    ports: z.array(portSchema).max(100).nullish(),
  })
  .superRefine(({ endpoints, ports }, context) => {
    const addresses = (endpoints ?? []).reduce((sum, endpoint) => sum + (endpoint.addresses?.length ?? 0), 0);
    if (addresses * (ports?.length ?? 0) <= mostPairs) return;
    const message = `at most ${mostPairs} pairs of an address and a port are wanted`;
    context.addIssue({ code: "custom", path: ["ports"], message });
  });

/** A part of a service's backends: each endpoint's addresses with each of the ports. */
export type KubernetesEndpointSlice = Frozen<z.infer<typeof kubernetesEndpointSliceSchema>>;
