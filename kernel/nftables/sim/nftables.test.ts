import { nftablesContract, type PortUnderTest } from "../nftables.contract.ts";
import { SimNftables } from "./nftables.ts";

describe("an nftables table in memory", () => {
  nftablesContract(async (): Promise<PortUnderTest> => {
    const port = new SimNftables();
    return {
      port,
      foreign: async (operations) => port.disturb(operations),
      elsewhere: async () => port.commitElsewhere(),
      close: () => port.close(),
    };
  });
});
