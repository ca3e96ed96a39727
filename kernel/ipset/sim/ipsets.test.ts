import { ipsetContract } from "../ipset.contract.ts";
import { SimIpsets } from "./ipsets.ts";

describe("ipsets in memory", () => ipsetContract(() => ({ port: new SimIpsets(), close: () => {} })));
