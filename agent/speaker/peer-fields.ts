import { z } from "zod";
import type { BfdTerms } from "../../bgp/bfd/port.ts";
import type { Filter } from "../../bgp/filter/filter.ts";
import type { MaxPrefixes, PeerTemplate } from "../../bgp/speaker/config.ts";
import { type Family, families } from "../../net/family.ts";
import { addressField, asnField, byFamily, portField, prefixField, secondsField, withoutAbsent } from "./fields.ts";

/** Some families, in any order. */
export const familyList = z.array(z.enum(["ipv4", "ipv6"])).min(1, { error: "at least one of ipv4, ipv6" });

/** Graceful restart of the speaker or of one peer. */
export const gracefulRestartField = z.strictObject({
  restartSeconds: secondsField(0, 4095).default(120),
  stalePathSeconds: secondsField(1, 3600).default(300),
});

const filterName = z.string().min(1, { error: "the name of a filter under `filters`, or accept-all, or reject-all" });
const prefixCount = z.number().int().min(1);

const maxPrefixes = z.union(
  [
    prefixCount,
    z.strictObject({
      ipv4: prefixCount.optional(),
      ipv6: prefixCount.optional(),
      warnPercent: z.number().int().min(1).max(100).optional(),
      action: z.enum(["restart", "stay-down", "warn"]).optional(),
      restartSeconds: secondsField(1, 86400).optional(),
    } satisfies Record<keyof MaxPrefixes, z.ZodType>),
  ],
  { error: "a number, or { ipv4, ipv6, warnPercent, action: restart, stay-down or warn, restartSeconds }" },
);

const bfd = z.union(
  [
    z.literal(true).transform(() => ({})),
    z.strictObject({
      minTxMs: z.number().int().min(1).max(60000).optional(),
      minRxMs: z.number().int().min(1).max(60000).optional(),
      multiplier: z.number().int().min(1).max(255).optional(),
      multihop: z.boolean().optional(),
    } satisfies Record<keyof BfdTerms, z.ZodType>),
  ],
  { error: "true, or { minTxMs, minRxMs, multiplier, multihop }" },
);

const addPath = z.strictObject({
  send: z
    .union([z.literal("all"), z.number().int().min(1).max(255)], { error: "all, or how many paths of a prefix" })
    .optional(),
  receive: z.boolean().optional(),
});

/** Every field of a peer or of a range of peers; `PeerTemplate` says what they mean. */
export const templateFields = {
  asn: z.union([asnField, z.enum(["internal", "external"])], { error: "an AS number, internal or external" }),
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
  nextHop: byFamily(addressField).optional(),
  importFilter: filterName.optional(),
  exportFilter: filterName.optional(),
  maxPrefixes: maxPrefixes.optional(),
  holdTimeSeconds: z
    .number()
    .int()
    .max(65535)
    .refine((n) => n === 0 || n >= 3, { error: "0 or 3..65535 (RFC 4271 4.2)" })
    .optional(),
  connectRetrySeconds: secondsField(1, 3600).optional(),
  gracefulRestart: gracefulRestartField.optional(),
  longLivedStaleSeconds: secondsField(1, 0xffffff).optional(),
  localAsn: asnField.optional(),
  allowedOwnAs: z.number().int().min(0).max(255).optional(),
  enforceFirstAs: z.boolean().optional(),
  addPath: byFamily(addPath).optional(),
  extendedMessages: z.boolean().optional(),
  extendedNextHop: z.boolean().optional(),
  role: z.enum(["provider", "rs", "rs-client", "customer", "peer"]).optional(),
  strictRole: z.boolean().optional(),
  gracefulShutdown: z.boolean().optional(),
  honourGracefulShutdown: z.boolean().optional(),
  thirdPartyNextHop: z.boolean().optional(),
  linkPrefixes: z.array(prefixField).min(1).optional(),
  linkLocalNextHop: addressField.optional(),
  delayOpenSeconds: secondsField(0, 240).optional(),
  sendHoldSeconds: secondsField(1, 65535).optional(),
  bfd: bfd.optional(),
} satisfies Record<keyof PeerTemplate, z.ZodType>;

const template = z.strictObject(templateFields);

/** A peer as the file has it: filters by name, families in any order. */
export type TemplateFields = z.infer<typeof template>;

/** The filters of a file by name. */
export type KnownFilters = ReadonlyMap<string, Filter>;

/** What the file says of a peer in the speaker's words; filters that do not exist become mistakes. */
export function toTemplate(peer: TemplateFields, where: string, known: KnownFilters, mistakes: string[]): PeerTemplate {
  const { importFilter, exportFilter, families: carried, ...rest } = peer;
  const find = (name: string | undefined, field: string): Filter | undefined => {
    if (name !== undefined && !known.has(name)) {
      mistakes.push(`${where}.${field}: "${name}" is no filter; there are ${[...known.keys()].join(", ")}`);
    }
    return name === undefined ? undefined : known.get(name);
  };
  if (peer.strictRole && peer.role === undefined) {
    mistakes.push(`${where}.strictRole: true: needs a role: provider, rs, rs-client, customer or peer (RFC 9234 4.2)`);
  }
  const filters = {
    importFilter: find(importFilter, "importFilter"),
    exportFilter: find(exportFilter, "exportFilter"),
  };
  const both: { families?: readonly Family[] } = carried
    ? { families: families.filter((f) => carried.includes(f)) }
    : {};
  return withoutAbsent({ ...rest, ...filters, ...both }) as PeerTemplate;
}
