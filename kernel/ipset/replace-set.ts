import { ipsetErrno } from "./errno.ts";
import type { MemberKey } from "./member.ts";
import type { IpsetOperation, IpsetPort, IpsetRefusal } from "./port.ts";
import type { IpsetSpec } from "./set.ts";

const longestName = 31;

/** What stood in the way of a replacement. */
export interface Stopped {
  readonly operation: IpsetOperation;
  readonly refusal: IpsetRefusal;
}

/**
 * Makes a set of another kind under a temporary name and swaps it in: rules that look into the old one never meet an empty one. Where
 * the kernel cannot swap (another type or family) the old one is destroyed and the new one takes its name, which works while no rule
 * looks into it. Answers what stood in the way. A member that was refused does not. @throws KernelError
 */
export async function replaceSet(
  port: IpsetPort,
  set: IpsetSpec,
  keys: readonly MemberKey[],
): Promise<Stopped | undefined> {
  const { name } = set;
  const temporary = `${name.slice(0, 6)}~${name.slice(7, longestName)}`;
  const made = { ...set, name: temporary };
  const operations: readonly IpsetOperation[] = [
    { kind: "destroy", name: temporary },
    { kind: "create", set: made, expected: keys.length },
    { kind: "add", set: made, keys },
    { kind: "swap", name, with: temporary },
  ];
  const refusals = await port.execute(operations);
  const stopped = stop(operations, refusals, 1) ?? stop(operations, refusals, 3);
  if (stopped?.refusal.errno !== ipsetErrno.TYPE_MISMATCH) {
    await port.execute([{ kind: "destroy", name: temporary }]);
    return stopped;
  }
  const renaming: readonly IpsetOperation[] = [
    { kind: "destroy", name },
    { kind: "rename", name: temporary, to: name },
  ];
  const inTheWay = stop(renaming, await port.execute(renaming), 0);
  if (inTheWay) await port.execute([{ kind: "destroy", name: temporary }]);
  return inTheWay;
}

function stop(
  operations: readonly IpsetOperation[],
  refusals: readonly IpsetRefusal[],
  index: number,
): Stopped | undefined {
  const refusal = refusals.find(({ operation }) => operation === index);
  return refusal && { operation: operations[index]!, refusal };
}
