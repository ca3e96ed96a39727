import { errno } from "../../../kernel/errno.ts";
import { KernelError } from "../../../kernel/error.ts";
import { openNflog } from "../../../kernel/nflog/io/nflog.ts";

/** The log group that our rules tell of dropped packets. Group 0 is the kernel's own, 1 and 2 are those of Calico's flow logs. */
export const dropGroup = 77;

/**
 * The log group, when the kernel of this machine has log groups at all (nfnetlink_log): a rule that names one is refused
 * otherwise. A group that another program has bound is there too.
 */
export async function availableDropGroup(): Promise<number | undefined> {
  try {
    const port = await openNflog({ group: dropGroup }, { packet: () => {}, lost: () => {}, failed: () => {} });
    port.close();
    return dropGroup;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return error.facts.errno === errno.EPERM ? dropGroup : undefined;
  }
}
