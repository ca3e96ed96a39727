/** What a segment of an AS_PATH holds (RFC 4271 4.3, RFC 5065 3). */
export type SegmentKind = "set" | "sequence" | "confed-sequence" | "confed-set";

/** One segment: AS numbers in the order in which they stand, nearest first. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly asns: readonly number[];
}

/** An AS_PATH: its segments, nearest first. The empty path is one of a route born in this AS. */
export type AsPath = readonly Segment[];

/** Most AS numbers that one segment holds: its count is one octet. */
export const MAX_SEGMENT = 255;

/** Whether a segment belongs to a confederation: not counted, and gone beyond its border (RFC 5065 5). */
export function isConfed(segment: Segment): boolean {
  return segment.kind === "confed-sequence" || segment.kind === "confed-set";
}

/** The length that the decision process compares: a set counts 1, confederation segments 0 (RFC 4271 9.1.2.2 a). */
export function asPathLength(path: AsPath): number {
  let length = 0;
  for (const segment of path) {
    if (segment.kind === "sequence") length += segment.asns.length;
    else if (segment.kind === "set") length += 1;
  }
  return length;
}

/** How often `asn` stands in the path, in whatever segment: the loop check of RFC 4271 9.1.2. */
export function asPathCount(path: AsPath, asn: number): number {
  let count = 0;
  for (const segment of path) for (const one of segment.asns) if (one === asn) count++;
  return count;
}

/** Whether `asn` stands in the path. */
export function asPathContains(path: AsPath, asn: number): boolean {
  return path.some((segment) => segment.asns.includes(asn));
}

/**
 * The AS the route came from: the first of the first segment that is no confederation's, if that is a sequence;
 * undefined when the path is empty or begins with a set (RFC 4271 9.1.2.2 c).
 */
export function neighborAs(path: AsPath): number | undefined {
  const first = path.find((segment) => !isConfed(segment));
  return first?.kind === "sequence" ? first.asns[0] : undefined;
}

/** The AS that gave birth to the route: the last of the last sequence; undefined when a set or nothing stands there. */
export function originAs(path: AsPath): number | undefined {
  const last = path.at(-1);
  return last?.kind === "sequence" ? last.asns.at(-1) : undefined;
}

/** The path with `asn` put in front `times` times, as a speaker does towards external peers (RFC 4271 5.1.2 b). */
export function prependAs(path: AsPath, asn: number, times = 1): AsPath {
  return prependTo(path, "sequence", asn, times);
}

function prependTo(path: AsPath, kind: SegmentKind, asn: number, times: number): AsPath {
  if (times <= 0) return path;
  const [first, ...rest] = path;
  if (first?.kind !== kind || first.asns.length >= MAX_SEGMENT) {
    const fits = Math.min(times, MAX_SEGMENT);
    return prependTo([{ kind, asns: new Array<number>(fits).fill(asn) }, ...path], kind, asn, times - fits);
  }
  const fits = Math.min(times, MAX_SEGMENT - first.asns.length);
  const longer = { kind, asns: [...new Array<number>(fits).fill(asn), ...first.asns] };
  return prependTo([longer, ...rest], kind, asn, times - fits);
}

/** The path without confederation segments, as it leaves a confederation (RFC 5065 4.1). */
export function withoutConfed(path: AsPath): AsPath {
  return path.some(isConfed) ? path.filter((segment) => !isConfed(segment)) : path;
}

/** Whether the path has a set of either kind (RFC 9774 asks to take no notice of such routes). */
export function hasSet(path: AsPath): boolean {
  return path.some((segment) => segment.kind === "set" || segment.kind === "confed-set");
}

const brackets: { readonly [K in SegmentKind]: readonly [string, string] } = {
  sequence: ["", ""],
  set: ["{", "}"],
  "confed-sequence": ["(", ")"],
  "confed-set": ["[", "]"],
};

/** The path as operators write it: `65001 65002 {64512 64513}`. */
export function formatAsPath(path: AsPath): string {
  return path.map(({ kind, asns }) => brackets[kind][0] + asns.join(" ") + brackets[kind][1]).join(" ");
}
