import { systemClock } from "../../lib/io/clock.ts";
import { fibDriverContract } from "../fib-driver.contract.ts";
import { netnsFibWorld } from "./fib-world.ts";

describe("the FIB driver on this kernel", () => fibDriverContract(() => ({ ...netnsFibWorld(), clock: systemClock })));
