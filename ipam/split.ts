import type { IPPool, IPPoolSpec } from "../datastore/model/ip-pool.ts";
import { poolBlockSize } from "../datastore/model/ip-pool-check.ts";
import { isName, nameWant } from "../datastore/model/name.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import type { Problem } from "../datastore/problem.ts";
import { masked, overlaps, type Prefix, parsePrefix, prefixKey, prefixOf } from "../net/prefix.ts";

/** More parts than this are refused: every one of them is a pool that all nodes read. */
const mostParts = 1024;

/** Notes on the pool that is being split whether it was disabled before, so that a split cut short can be run again. */
export const splitAnnotation = "projectcalico.org/split-was-disabled";

/** What splitting a pool does, in this order: each step may be repeated after a crash. */
export interface PoolSplit {
  /** First: the old pool disabled, annotated. Undefined when that has happened already. */
  readonly disable: IPPool | undefined;
  /** Then: the parts that are not there yet, created without the checks of overlap. */
  readonly create: readonly IPPool[];
  /** Last: the old pool goes, by name, without its blocks losing their hosts. */
  readonly remove: string;
}

/**
 * The steps that make a power of two of smaller pools out of one pool (calicoctl ipam split): `split-<name>-<i>`, equal in everything but CIDR and
 * name. Blocks, affinities and addresses stay as they are, since the parts keep the block size. The datastore must be locked meanwhile: the
 * caller checks that. `others` are all pools there are; a pool may be split again after a split that was cut short.
 * Answers problems when it cannot be done: parts no power of two from 2 to 1024, parts smaller than a block, a name taken or too long.
 */
export function planSplit(pool: IPPool, parts: number, others: readonly IPPool[]): PoolSplit | readonly Problem[] {
  const object = `IPPool(${pool.metadata.name})`;
  const no = (field: string, value: unknown, want: string): readonly Problem[] => [{ object, field, value, want }];
  if (!Number.isInteger(parts) || parts < 2 || parts > mostParts || (parts & (parts - 1)) !== 0)
    return no("", parts, `cannot be split into ${parts} pools; a power of two from 2 to ${mostParts} would be right`);
  const cidr = parsePrefix(pool.spec.cidr);
  if (!cidr) return no("spec.cidr", pool.spec.cidr, "a CIDR would be right");
  const room = poolBlockSize(pool.spec) - cidr.length;
  if (Math.log2(parts) > room) {
    const size = poolBlockSize(pool.spec);
    return no(
      "spec.blockSize",
      size,
      `the parts would be smaller than a block; at most ${2 ** Math.max(room, 0)} parts would be right`,
    );
  }
  const noted = pool.metadata.annotations?.[splitAnnotation];
  const wasDisabled = noted === undefined ? (pool.spec.disabled ?? false) : noted === "true";
  const wanted = partsOf(masked(cidr), parts).map((part, i) => partPool(pool, part, i, wasDisabled));
  const problems = wanted.flatMap((part) => clashes(part, pool, others));
  if (problems.length > 0) return problems;
  const there = new Set(others.map((other) => other.metadata.name));
  return {
    disable: noted === undefined || !pool.spec.disabled ? disabledPool(pool, wasDisabled) : undefined,
    create: wanted.filter((part) => !there.has(part.metadata.name)),
    remove: pool.metadata.name,
  };
}

/** Whether what `planSplit` answered is a plan. */
export function isSplit(answer: PoolSplit | readonly Problem[]): answer is PoolSplit {
  return !Array.isArray(answer);
}

function* bitsOf(index: number): Generator<number> {
  for (let j = 0; index >> j > 0; j++) if ((index >> j) & 1) yield j;
}

/** The equal parts of a prefix, in address order. */
function partsOf(cidr: Prefix, parts: number): readonly Prefix[] {
  const length = cidr.length + Math.log2(parts);
  return Array.from({ length: parts }, (_, index) => {
    const words = [cidr.a, cidr.b, cidr.c, cidr.d];
    for (const j of bitsOf(index)) {
      const at = length - 1 - j;
      words[at >> 5] = (words[at >> 5]! | (1 << (31 - (at & 31)))) >>> 0;
    }
    const [a, b, c, d] = words as [number, number, number, number];
    return prefixOf({ family: cidr.family, a, b, c, d }, length);
  });
}

function partPool(pool: IPPool, cidr: Prefix, index: number, disabled: boolean): IPPool {
  const { cidr: _cidr, disabled: _disabled, ...rest } = pool.spec;
  const spec: IPPoolSpec = { cidr: prefixKey(cidr), ...rest, ...(disabled && { disabled }) };
  const { labels } = pool.metadata;
  const metadata = { name: `split-${pool.metadata.name}-${index}`, ...(labels && { labels }) };
  return { kind: "IPPool", apiVersion, metadata, spec };
}

function disabledPool(pool: IPPool, wasDisabled: boolean): IPPool {
  const annotations = { ...pool.metadata.annotations, [splitAnnotation]: String(wasDisabled) };
  return { ...pool, metadata: { ...pool.metadata, annotations }, spec: { ...pool.spec, disabled: true } };
}

/** What keeps a part from being created: its name, or a pool beside the one that is split. */
function clashes(part: IPPool, old: IPPool, others: readonly IPPool[]): readonly Problem[] {
  const object = `IPPool(${part.metadata.name})`;
  if (!isName(part.metadata.name))
    return [{ object, field: "metadata.name", value: part.metadata.name, want: nameWant }];
  const cidr = parsePrefix(part.spec.cidr)!;
  return others.flatMap((other): readonly Problem[] => {
    const theirs = parsePrefix(other.spec.cidr);
    if (other.metadata.name === old.metadata.name || !theirs) return [];
    const same = prefixKey(theirs) === part.spec.cidr && poolBlockSize(other.spec) === poolBlockSize(part.spec);
    if (other.metadata.name === part.metadata.name && same) return [];
    if (other.metadata.name !== part.metadata.name && !overlaps(cidr, theirs)) return [];
    const want = `stands in the way of ${part.spec.cidr} with ${other.spec.cidr}; rename or delete it`;
    return [{ object: `IPPool(${other.metadata.name})`, field: "spec.cidr", value: other.spec.cidr, want }];
  });
}
