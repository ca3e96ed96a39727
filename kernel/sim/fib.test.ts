import { fibContract } from "../fib.contract.ts";
import { simFibWorld } from "./fib-world.ts";

describe("the FIB of a simulated kernel", () => fibContract(simFibWorld));
