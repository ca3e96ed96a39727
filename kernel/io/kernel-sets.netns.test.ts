import { systemClock } from "../../lib/io/clock.ts";
import { setsContract } from "../reconciler.contract.ts";
import { openKernelSets } from "./kernel-sets.ts";
import { scratchNetns } from "./scratch-netns.ts";

describe("neighbours and rules of this kernel", () =>
  setsContract(() => {
    const netns = scratchNetns();
    const { neighbours, rules, close } = openKernelSets({ netns: netns.path });
    return {
      neighbours,
      rules,
      ifindex: netns.ifindex("v0"),
      clock: systemClock,
      close() {
        close();
        netns.close();
      },
    };
  }));
