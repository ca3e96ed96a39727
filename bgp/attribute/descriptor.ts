import type { Writer } from "../../lib/writer.ts";
import { attributeFlag } from "../iana.ts";
import type { FaultAction } from "../message/update-fault.ts";
import type { AsPath } from "./as-path.ts";
import type { Aggregator, PathAttributes } from "./path-attributes.ts";

/** What must be known of a session to read and write attributes; blocks may be interned across sessions that agree in it. */
export interface AttributeTerms {
  /** AS numbers in AS_PATH and AGGREGATOR have four octets (RFC 6793). */
  readonly fourOctetAs: boolean;
  /** iBGP: LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST count. */
  readonly isInternal: boolean;
  /**
   * The peer is of our own confederation, so its AS_PATH may have segments of it (RFC 5065 5). Absent in every session:
   * Manx is in none; those who read what others said to each other set it.
   */
  readonly inConfederation?: boolean;
}

/** Attributes while they are being decoded. */
export type Draft = { -readonly [Name in keyof PathAttributes]: PathAttributes[Name] } & {
  /** AS4_PATH and AS4_AGGREGATOR of a speaker with two-octet AS numbers, until they are merged (RFC 6793 4.2.3). */
  as4Path: AsPath | undefined;
  as4Aggregator: Aggregator | undefined;
};

/** What is wrong with one attribute's value. */
export interface Flaw {
  readonly action: FaultAction;
  readonly subcode: number;
  readonly why: string;
}

/**
 * One path attribute: its row in the table. `decode` reads the value that lies from `start` to `end` into the draft, or
 * says what is wrong; `encode` appends the whole attribute, or nothing when the route has none.
 */
export interface AttributeDescriptor {
  readonly code: number;
  /** The name in the RFC that defines it. */
  readonly name: string;
  /** The Optional and Transitive bits it must have. */
  readonly flags: number;
  readonly decode: (
    buf: Uint8Array,
    start: number,
    end: number,
    into: Draft,
    terms: AttributeTerms,
  ) => Flaw | undefined;
  readonly encode: (attributes: PathAttributes, writer: Writer, terms: AttributeTerms) => void;
}

/** Flags of the three categories (RFC 4271 5). */
export const WELL_KNOWN: number = attributeFlag.transitive;
/** Dropped by speakers that do not know it. */
export const OPTIONAL: number = attributeFlag.optional;
/** Passed on by speakers that do not know it, with the Partial bit. */
export const OPTIONAL_TRANSITIVE: number = attributeFlag.optional | attributeFlag.transitive;

/** Appends flags, code and length of an attribute whose value of `length` octets the caller appends next. */
export function writeAttributeHeader(writer: Writer, flags: number, code: number, length: number): Writer {
  if (length < 256) return writer.u8(flags).u8(code).u8(length);
  return writer
    .u8(flags | attributeFlag.extendedLength)
    .u8(code)
    .u16(length);
}

/** `flags` with the Partial bit when the attribute of this code came with it. */
export function partialFlags(attributes: PathAttributes, flags: number, code: number): number {
  return attributes.partial.includes(code) ? flags | attributeFlag.partial : flags;
}
