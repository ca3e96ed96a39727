import { fibContract } from "../fib.contract.ts";
import { netnsFibWorld } from "./fib-world.ts";

describe("the FIB of this kernel", () => fibContract(netnsFibWorld));
