/** What a segment of an AS_PATH holds (RFC 4271 4.3, RFC 5065 3). */
export type SegmentKind = "set" | "sequence" | "confed-sequence" | "confed-set";

/** One segment: AS numbers in the order in which they stand, nearest first. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly asns: readonly number[];
}

/** An AS_PATH: its segments, nearest first. The empty path is one of a route born in this AS. */
export type AsPath = readonly Segment[];
