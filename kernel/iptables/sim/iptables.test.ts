import { iptablesContract } from "../iptables.contract.ts";
import { SimIptables } from "./iptables.ts";

describe("iptables in memory", () =>
  iptablesContract(() => {
    const port = new SimIptables();
    return { port, disturb: (table, lines) => void port.disturb(table, lines), close: () => port.close() };
  }));
