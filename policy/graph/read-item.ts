import type { HostEndpoint } from "../../datastore/model/host-endpoint.ts";
import type { GlobalNetworkSet, NetworkSet } from "../../datastore/model/network-set.ts";
import { protocolNumber } from "../../datastore/model/protocol.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import { masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { Labels } from "../selector/evaluate.ts";
import { NAMESPACE_LABEL } from "../selector/scope.ts";
import type { DeclaredPort } from "./contribution.ts";
import type { SetItem } from "./selector-sets.ts";

/** An endpoint as sets see it, and what it may send from beside its own addresses. */
export interface EndpointItem extends SetItem {
  readonly spoofable: readonly Prefix[];
}

const NONE: readonly never[] = [];

/** A host endpoint anywhere in the cluster: its expected addresses stand for it in sets. */
export function readHostEndpoint({ metadata, spec }: HostEndpoint): SetItem {
  return {
    labels: metadata.labels ?? {},
    parents: spec.profiles ?? NONE,
    prefixes: readPrefixes(spec.expectedIPs),
    ports: readPorts(spec.ports),
  };
}

/** An endpoint anywhere in the cluster. It bears its namespace as a label, also where its writer forgot. */
export function readEndpoint({ metadata, spec }: WorkloadEndpoint): EndpointItem {
  return {
    labels: withNamespace(metadata.labels ?? {}, metadata.namespace),
    parents: spec.profiles ?? NONE,
    prefixes: readPrefixes(spec.ipNetworks),
    ports: readPorts(spec.ports),
    spoofable: readPrefixes(spec.allowSpoofedSourcePrefixes),
  };
}

/** A network set; one of a namespace inherits the namespace's labels as an endpoint of it would. */
export function readNetworkSet({ metadata, spec }: NetworkSet | GlobalNetworkSet): SetItem {
  const { namespace } = metadata;
  return {
    labels: withNamespace(metadata.labels ?? {}, namespace),
    parents: namespace === undefined ? NONE : [`kns.${namespace}`],
    prefixes: readPrefixes(spec.nets),
    ports: NONE,
  };
}

function readPorts(ports: WorkloadEndpoint["spec"]["ports"] = NONE): DeclaredPort[] {
  const declared: DeclaredPort[] = [];
  for (const { name, protocol, port } of ports) {
    const number = protocolNumber(protocol);
    if (name && number) declared.push({ name, protocol: number, port });
  }
  return declared;
}

function withNamespace(labels: Labels, namespace: string | undefined): Labels {
  if (namespace === undefined || Object.hasOwn(labels, NAMESPACE_LABEL)) return labels;
  return { ...labels, [NAMESPACE_LABEL]: namespace };
}

/** Each prefix once, host bits cleared; what is none is not there. */
function readPrefixes(texts: readonly string[] = NONE): readonly Prefix[] {
  if (texts.length === 1) {
    const only = parsePrefix(texts[0]!);
    return only ? [masked(only)] : NONE;
  }
  return [...new Set(texts)].flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix ? [masked(prefix)] : [];
  });
}
