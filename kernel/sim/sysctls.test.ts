import { sysctlContract } from "../sysctl.contract.ts";
import { SimMachine } from "./machine.ts";
import { simSysctls } from "./sysctls.ts";

describe("the settings of a simulated kernel", () =>
  sysctlContract(() => {
    const machine = new SimMachine();
    const kernel = machine.addNamespace("pod");
    kernel.sysctls.set("net/ipv4/ip_forward", "0");
    kernel.addLink({ name: "v0.a" });
    const addLink = (name: string): void => void kernel.addLink({ name });
    return { open: ({ netns }) => simSysctls(machine.at(netns))({}), netns: "pod", addLink, close() {} };
  }));
