import { SimClock } from "../../../lib/sim/clock.ts";
import { SimKernel } from "../../sim/kernel.ts";
import { qdiscsContract } from "../qdiscs.contract.ts";
import { SimQdiscs } from "./qdiscs.ts";

describe("simulated token buckets", () =>
  qdiscsContract(() => {
    const kernel = new SimKernel();
    return {
      qdiscs: new SimQdiscs(kernel),
      clock: new SimClock(),
      add: (name) => void kernel.addLink({ name, up: true }),
      remove: (name) => kernel.deleteLink(kernel.linkNamed(name)!.ifindex),
      link: (name) => kernel.linkNamed(name),
      close() {},
    };
  }));
