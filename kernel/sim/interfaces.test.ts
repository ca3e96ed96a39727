import { interfacesContract } from "../interfaces.contract.ts";
import { simFibWorld } from "./fib-world.ts";
import { simLinks } from "./links.ts";
import { SimMachine } from "./machine.ts";

describe("the interfaces of a simulated kernel", () =>
  interfacesContract(() => {
    const machine = new SimMachine();
    machine.addNamespace("node");
    machine.addNamespace("pod");
    return {
      openInterfaces: machine.openInterfaces,
      watchLinks: (options, listener) => simLinks(machine.at(options.netns))(options, listener),
      node: "node",
      pod: "pod",
      eventually: simFibWorld().eventually,
      close() {},
    };
  }));
