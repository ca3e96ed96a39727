import { interfacesContract } from "../interfaces.contract.ts";
import { openInterfaces } from "./interfaces.ts";
import { watchLinks } from "./links.ts";
import { eventually, scratchNetns } from "./scratch-netns.ts";

describe("the interfaces of this kernel", () =>
  interfacesContract(() => {
    const node = scratchNetns();
    const pod = scratchNetns();
    return {
      openInterfaces,
      watchLinks,
      node: node.path,
      pod: pod.path,
      eventually,
      close() {
        node.close();
        pod.close();
      },
    };
  }));
