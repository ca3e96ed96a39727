import { z } from "zod";
import type { Filter } from "../../bgp/filter/filter.ts";
import { acceptAll, rejectAll } from "../../bgp/filter/filter.ts";
import type { DynamicPeers, PeerConfig, PeerTemplate, SpeakerConfig } from "../../bgp/speaker/config.ts";
import type { Address } from "../../net/address.ts";
import { type Family, families } from "../../net/family.ts";
import { addressField, asnField, portField, prefixField, secondsField } from "./fields.ts";
import { filterField } from "./filter-fields.ts";

const familyList = z.array(z.enum(["ipv4", "ipv6"])).min(1, { error: "at least one of ipv4, ipv6" });
const peerAsn = z.union([asnField, z.enum(["internal", "external"])], { error: "an AS number, internal or external" });
const filterName = z.string().min(1, { error: "the name of a filter under `filters`, or accept-all, or reject-all" });

const gracefulRestart = z.strictObject({
  restartSeconds: secondsField(0, 4095).default(120),
  stalePathSeconds: secondsField(1, 3600).default(300),
});

const template = {
  asn: peerAsn,
  port: portField.optional(),
  localAddress: addressField.optional(),
  passive: z.boolean().optional(),
  password: z.string().min(1).max(80, { error: "at most 80 octets (TCP_MD5SIG_MAXKEYLEN)" }).optional(),
  ttlSecurityHops: z.number().int().min(1).max(254).optional(),
  ttl: z.number().int().min(1).max(255).optional(),
  device: z.string().min(1).max(15).optional(),
  families: familyList.optional(),
  routeReflectorClient: z.boolean().optional(),
  nextHopSelf: z.boolean().optional(),
  nextHop: z.strictObject({ ipv4: addressField.optional(), ipv6: addressField.optional() }).optional(),
  importFilter: filterName.optional(),
  exportFilter: filterName.optional(),
  maxPrefixes: z.number().int().min(1).optional(),
  holdTimeSeconds: z
    .number()
    .int()
    .max(65535)
    .refine((n) => n === 0 || n >= 3, { error: "0 or 3..65535 (RFC 4271 4.2)" })
    .optional(),
  connectRetrySeconds: secondsField(1, 3600).optional(),
  gracefulRestart: gracefulRestart.optional(),
};

const speakerFile = z.strictObject({
  asn: asnField,
  routerId: addressField.refine(({ family, a }) => family === "ipv4" && a !== 0, {
    error: "an IPv4 address other than 0.0.0.0 (RFC 6286)",
  }),
  clusterId: addressField.refine(({ family }) => family === "ipv4", { error: "an IPv4 address" }).optional(),
  listen: z
    .union([z.literal("none"), z.strictObject({ address: addressField.optional(), port: portField.default(179) })])
    .default({ port: 179 }),
  kernel: z
    .union([
      z.literal("none"),
      z.strictObject({
        table: z.union([z.literal("main"), z.number().int().min(1).max(0xffffffff)]).default("main"),
        metric: z.number().int().min(1).max(0xffffffff).default(1024),
      }),
    ])
    .default("none"),
  ebgpRequiresPolicy: z.boolean().default(true),
  families: familyList.default(["ipv4"]),
  gracefulRestart: z.union([z.literal(false), gracefulRestart]).default({ restartSeconds: 120, stalePathSeconds: 300 }),
  peers: z
    .array(z.strictObject({ address: addressField, zone: z.string().min(1).optional(), ...template }))
    .default([]),
  dynamicPeers: z.array(z.strictObject({ range: prefixField, ...template })).default([]),
  filters: z.array(filterField).default([]),
  routes: z
    .array(z.strictObject({ prefix: prefixField, med: z.number().int().min(0).max(0xffffffff).optional() }))
    .default([]),
});

type SpeakerFile = z.infer<typeof speakerFile>;
type Template = Omit<SpeakerFile["dynamicPeers"][number], "range">;

/** What a configuration file of `manx speaker` says. */
export interface SpeakerSettings {
  readonly speaker: SpeakerConfig;
  readonly peers: readonly PeerConfig[];
  readonly dynamicPeers: readonly DynamicPeers[];
  readonly kernel: SpeakerFile["kernel"];
  readonly routes: SpeakerFile["routes"];
}

/** A file that was understood, or every mistake in it: the field, what was found, what would be right. */
export type SpeakerReading =
  | { readonly ok: true; readonly settings: SpeakerSettings }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** Reads what a YAML parser made of a configuration file (design of the file: `bgp/speaker/config.ts`). */
export function readSpeakerConfig(document: unknown): SpeakerReading {
  const parsed = speakerFile.safeParse(document);
  if (!parsed.success) return { ok: false, mistakes: parsed.error.issues.map((issue) => mistakeOf(issue, document)) };
  const file = parsed.data;
  const known = new Map([acceptAll, rejectAll, ...file.filters].map((filter) => [filter.name, filter]));
  const mistakes: string[] = [];
  const peers = file.peers.map((peer, i) => {
    return { ...toTemplate(peer, `peers[${i}]`, known, mistakes), address: peer.address, ...withZone(peer.zone) };
  });
  const dynamicPeers = file.dynamicPeers.map((peer, i) => {
    return { ...toTemplate(peer, `dynamicPeers[${i}]`, known, mistakes), range: peer.range };
  });
  if (mistakes.length > 0) return { ok: false, mistakes };
  const speaker = toSpeaker(file);
  return { ok: true, settings: { speaker, peers, dynamicPeers, kernel: file.kernel, routes: file.routes } };
}

function withZone(zone: string | undefined): { readonly zone?: string } {
  return zone === undefined ? {} : { zone };
}

function toSpeaker(file: SpeakerFile): SpeakerConfig {
  return {
    asn: file.asn,
    routerId: file.routerId.a,
    ...(file.clusterId && { clusterId: file.clusterId.a }),
    families: families.filter((family) => file.families.includes(family)),
    ...(file.listen !== "none" && { listen: withoutAbsent(file.listen) as { address?: Address; port: number } }),
    ebgpRequiresPolicy: file.ebgpRequiresPolicy,
    gracefulRestart: file.gracefulRestart === false ? undefined : file.gracefulRestart,
    restart: { restarting: false, forwardingPreserved: [] },
  };
}

function toTemplate(
  peer: Template,
  where: string,
  known: ReadonlyMap<string, Filter>,
  mistakes: string[],
): PeerTemplate {
  const { importFilter, exportFilter, families: carried, ...rest } = peer;
  const find = (name: string | undefined, field: string): Filter | undefined => {
    if (name !== undefined && !known.has(name)) {
      mistakes.push(`${where}.${field}: "${name}" is no filter; there are ${[...known.keys()].join(", ")}`);
    }
    return name === undefined ? undefined : known.get(name);
  };
  const filters = {
    importFilter: find(importFilter, "importFilter"),
    exportFilter: find(exportFilter, "exportFilter"),
  };
  const both: { families?: readonly Family[] } = carried
    ? { families: families.filter((f) => carried.includes(f)) }
    : {};
  return withoutAbsent({ ...rest, ...filters, ...both }) as PeerTemplate;
}

/** Optional fields that were not given are absent, not undefined. */
function withoutAbsent<T extends object>(value: T): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

function mistakeOf(issue: z.core.$ZodIssue, document: unknown): string {
  const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const field = path.replace(/^\./, "") || "the file";
  if (issue.code === "unrecognized_keys") return `${field}: no such field: ${issue.keys.join(", ")}`;
  const found = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    document,
  );
  const isSecret = issue.path.at(-1) === "password";
  return `${field}: ${found === undefined ? "missing" : isSecret ? "(hidden)" : JSON.stringify(found)}: ${issue.message}`;
}
