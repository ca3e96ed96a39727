import { parseAddress } from "../net/address-text.ts";
import { isHostCidr } from "./host-cidr.ts";
import { annotationsLimit, isLabelKey, isLabelValue } from "./model/label.ts";
import { isInterfaceName, isLabelName } from "./model/name.ts";
import { apiVersion } from "./model/resource.ts";
import type { WorkloadEndpoint } from "./model/workload-endpoint.ts";

type Fields = Readonly<Record<string, unknown>>;

const mac = /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/;
const shortTexts = [
  "orchestrator",
  "workload",
  "node",
  "containerID",
  "pod",
  "endpoint",
  "serviceAccountName",
] as const;
/** Fields of a spec that few endpoints have; those go the slow way. */
const rareSpecFields = ["ipNATs", "ports", "allowSpoofedSourcePrefixes", "qosControls"] as const;
/** Fields of metadata that only Kubernetes writes; those go the slow way. */
const rareMetadataFields = [
  "generateName",
  "selfLink",
  "generation",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "ownerReferences",
  "finalizers",
  "managedFields",
] as const;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest;
}

function isShort(value: unknown, longest: number): boolean {
  return value === undefined || isText(value, longest);
}

/**
 * Label keys and values that were found good, so that the same text is not looked at a hundred thousand times. Bounded;
 * forgetting costs time only.
 */
const goodKeys = new Set<string>();
const goodValues = new Set<string>();
const goodNamespaces = new Set<string>();
const cacheLimit = 4096;

function known(cache: Set<string>, text: string, good: (text: string) => boolean): boolean {
  if (cache.has(text)) return true;
  if (!good(text)) return false;
  if (cache.size >= cacheLimit) cache.clear();
  cache.add(text);
  return true;
}

function areLabels(labels: unknown): boolean {
  if (labels === undefined) return true;
  if (!isFields(labels)) return false;
  for (const key in labels) {
    const value = labels[key];
    if (typeof value !== "string" || !known(goodKeys, key, isLabelKey) || !known(goodValues, value, isLabelValue))
      return false;
  }
  return !Object.hasOwn(labels, "__proto__");
}

function areAnnotations(annotations: unknown): boolean {
  if (annotations === undefined) return true;
  if (!isFields(annotations)) return false;
  let length = 0;
  for (const key in annotations) {
    const value = annotations[key];
    if (typeof value !== "string") return false;
    length += key.length + value.length;
  }
  return length <= annotationsLimit && !Object.hasOwn(annotations, "__proto__");
}

function isMetadata(metadata: unknown): boolean {
  if (!isFields(metadata)) return false;
  for (const field of rareMetadataFields) if (metadata[field] !== undefined) return false;
  const { name, namespace, creationTimestamp } = metadata;
  if (!isText(name, 253) || name === "" || typeof namespace !== "string") return false;
  if (!known(goodNamespaces, namespace, isLabelName)) return false;
  if (creationTimestamp !== null && !isShort(creationTimestamp, 64)) return false;
  if (!isShort(metadata["uid"], 128) || !isShort(metadata["resourceVersion"], 64)) return false;
  return areLabels(metadata["labels"]) && areAnnotations(metadata["annotations"]);
}

function isList(value: unknown, longest: number, good: (text: string) => boolean): boolean {
  if (value === undefined) return true;
  if (!Array.isArray(value) || value.length > longest) return false;
  for (const each of value) if (typeof each !== "string" || !good(each)) return false;
  return true;
}

function isGateway(value: unknown, family: "ipv4" | "ipv6"): boolean {
  return value === undefined || (typeof value === "string" && parseAddress(value)?.family === family);
}

function isSpec(spec: unknown): boolean {
  if (!isFields(spec)) return false;
  for (const field of rareSpecFields) if (spec[field] !== undefined) return false;
  for (const field of shortTexts) if (!isShort(spec[field], 253)) return false;
  const { interfaceName, mac: address } = spec;
  if (interfaceName !== undefined && interfaceName !== "") {
    if (typeof interfaceName !== "string" || !isInterfaceName(interfaceName)) return false;
  }
  if (address !== undefined && address !== "" && (typeof address !== "string" || !mac.test(address))) return false;
  if (!isGateway(spec["ipv4Gateway"], "ipv4") || !isGateway(spec["ipv6Gateway"], "ipv6")) return false;
  if (!isList(spec["profiles"], 1024, (text) => text !== "" && text.length <= 253)) return false;
  return isList(spec["ipNetworks"], 64, isHostCidr);
}

/**
 * Whether a value read from the store is certainly a well-formed WorkloadEndpoint, found out without a schema: an agent
 * reads a quarter of a million of them at its start. Unknown fields do no harm and stay. "No" only means that the schema
 * must decide: endpoints with rare fields go that way.
 */
export function isPlainWorkloadEndpoint(value: unknown): value is WorkloadEndpoint {
  if (!isFields(value) || value["kind"] !== "WorkloadEndpoint" || value["apiVersion"] !== apiVersion) return false;
  return isMetadata(value["metadata"]) && isSpec(value["spec"]);
}
