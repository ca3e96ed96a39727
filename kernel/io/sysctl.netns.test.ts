import { sysctlContract } from "../sysctl.contract.ts";
import { scratchNetns } from "./scratch-netns.ts";
import { openSysctls } from "./sysctl.ts";

describe("the settings of this kernel", () =>
  sysctlContract(() => {
    const netns = scratchNetns();
    netns.ip("link add v0.a type veth peer name peer0");
    const addLink = (name: string): void => void netns.ip(`link add ${name} type veth peer name peer1`);
    return { open: openSysctls, netns: netns.path, addLink, close: netns.close };
  }));
