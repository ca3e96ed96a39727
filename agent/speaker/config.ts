import { z } from "zod";
import { acceptAll, rejectAll } from "../../bgp/filter/filter.ts";
import type { DecisionOptions } from "../../bgp/rib/decision-steps.ts";
import type { Aggregate, DynamicPeers, PeerConfig, SpeakerConfig } from "../../bgp/speaker/config.ts";
import type { LocalRoute } from "../../bgp/speaker/local-routes.ts";
import { type Address, ipv4 } from "../../net/address.ts";
import { families } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { UnnumberedPeer } from "../unnumbered/peer.ts";
import { communityField, extendedCommunityField, largeCommunityField } from "./community-fields.ts";
import { crossCheck } from "./cross-check.ts";
import { addressField, asnField, interfaceField, portField, prefixField, u32Field, withoutAbsent } from "./fields.ts";
import { filterField } from "./filter-fields.ts";
import { familyList, gracefulRestartField, templateFields, toTemplate } from "./peer-fields.ts";

const aggregateField = z.strictObject({
  prefix: prefixField,
  summaryOnly: z.boolean().default(false),
  asSet: z.boolean().optional(),
  communities: z.array(communityField).min(1).optional(),
} satisfies Record<keyof Aggregate, z.ZodType>);

const routeField = z
  .strictObject({
    prefix: prefixField,
    med: u32Field.optional(),
    localPref: u32Field.optional(),
    origin: z.enum(["igp", "egp", "incomplete"]).optional(),
    tag: u32Field.max(0x3fffffff).optional(),
    interface: z.string().min(1).max(15).optional(),
    communities: z.array(communityField).min(1).optional(),
    largeCommunities: z.array(largeCommunityField).min(1).optional(),
    extendedCommunities: z.array(extendedCommunityField).min(1).optional(),
  } satisfies Record<keyof LocalRoute | "prefix", z.ZodType>)
  .transform((route) => withoutAbsent(route) as OwnRoute);

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
  gracefulRestart: z
    .union([z.literal(false), gracefulRestartField])
    .default({ restartSeconds: 120, stalePathSeconds: 300 }),
  maxPaths: z.number().int().min(1).max(64).optional(),
  clientToClientReflection: z.boolean().optional(),
  rejectAsSets: z.boolean().optional(),
  decision: z
    .strictObject({
      alwaysCompareMed: z.boolean().optional(),
      missingMedAsWorst: z.boolean().optional(),
      ignoreAsPathLength: z.boolean().optional(),
      preferOldest: z.boolean().optional(),
    } satisfies Record<keyof DecisionOptions, z.ZodType>)
    .optional(),
  aggregates: z.array(aggregateField).max(4096).optional(),
  peers: z
    .array(
      z.strictObject({
        address: addressField.optional(),
        zone: interfaceField.optional(),
        interface: interfaceField.optional(),
        ...templateFields,
      }),
    )
    .default([]),
  dynamicPeers: z.array(z.strictObject({ range: prefixField, ...templateFields })).default([]),
  filters: z.array(filterField).default([]),
  routes: z.array(routeField).default([]),
  metrics: z.strictObject({ address: addressField.optional(), port: portField }).optional(),
});

type SpeakerFile = z.infer<typeof speakerFile>;

/** A route of our own, as the file has it. */
export interface OwnRoute extends LocalRoute {
  readonly prefix: Prefix;
}

/** What a configuration file of `manx speaker` says. */
export interface SpeakerSettings {
  readonly speaker: SpeakerConfig;
  readonly peers: readonly PeerConfig[];
  /** Peers without an address: whoever is heard on an interface. */
  readonly unnumberedPeers: readonly UnnumberedPeer[];
  readonly dynamicPeers: readonly DynamicPeers[];
  readonly kernel: SpeakerFile["kernel"];
  readonly routes: readonly OwnRoute[];
  /** Where /metrics is served over HTTP; absent: nowhere. The address is 127.0.0.1 unless said otherwise. */
  readonly metrics?: { readonly address: Address; readonly port: number };
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
  const mistakes: string[] = [...crossCheck(file)];
  const peers: PeerConfig[] = [];
  const unnumberedPeers: UnnumberedPeer[] = [];
  for (const [i, { address, zone, interface: device, ...fields }] of file.peers.entries()) {
    const peer = toTemplate(fields, `peers[${i}]`, known, mistakes);
    if (address) peers.push({ ...peer, address, ...withZone(zone) });
    else if (device !== undefined) unnumberedPeers.push({ ...peer, interface: device });
  }
  const dynamicPeers = file.dynamicPeers.map(({ range, ...peer }, i) => {
    return { ...toTemplate(peer, `dynamicPeers[${i}]`, known, mistakes), range };
  });
  if (mistakes.length > 0) return { ok: false, mistakes };
  const speaker = toSpeaker(file);
  const { kernel, routes, metrics } = file;
  const page = metrics && { metrics: { address: metrics.address ?? ipv4(0x7f000001), port: metrics.port } };
  return { ok: true, settings: { speaker, peers, unnumberedPeers, dynamicPeers, kernel, routes, ...page } };
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
    ...withoutAbsent({
      maxPaths: file.maxPaths,
      clientToClientReflection: file.clientToClientReflection,
      rejectAsSets: file.rejectAsSets,
      decision: file.decision && withoutAbsent(file.decision),
    }),
    ...(file.aggregates && { aggregates: file.aggregates.map((one) => withoutAbsent(one) as Aggregate) }),
  };
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
