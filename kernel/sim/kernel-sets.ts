import type { KernelError } from "../error.ts";
import type { KernelSet } from "../kernel-set.ts";
import type { Neighbour } from "../neighbour.ts";
import type { Rule } from "../rule.ts";
import type { SimKernel } from "./kernel.ts";

/** Permanent neighbours of a simulated kernel. */
export function simNeighbours(kernel: SimKernel): KernelSet<Neighbour> {
  return simSet(kernel, kernel.neighbours, (_, neighbour) => kernel.writeNeighbour(neighbour));
}

/** Routing rules of a simulated kernel. */
export function simRules(kernel: SimKernel): KernelSet<Rule> {
  return simSet(kernel, kernel.rules, (key, rule) => {
    kernel.rules.set(key, rule);
    return undefined;
  });
}

function simSet<V>(
  kernel: SimKernel,
  objects: Map<string, V>,
  put: (key: string, value: V) => KernelError | undefined,
): KernelSet<V> {
  return {
    async dump() {
      kernel.faults.beforeDump("dump");
      return new Map(objects);
    },
    async apply(changes) {
      const results = changes.map(({ kind, key, value }) => {
        const refusal = kernel.faults.refusal(`${kind} of ${key}`);
        if (refusal || kind === "set") return refusal ?? put(key, value);
        objects.delete(key);
        return undefined;
      });
      kernel.faults.afterBatch("batch");
      return results;
    },
  };
}
