import type { IpsetSpec } from "./set.ts";

/** Whether two sets of one name are the same kind of set: what can be corrected member by member. */
export function isSameKind(x: IpsetSpec, y: IpsetSpec): boolean {
  return x.type === y.type && x.family === y.family && x.maxelem === y.maxelem;
}
