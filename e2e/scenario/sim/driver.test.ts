import { driverContract } from "../driver.contract.ts";
import { SimDriver } from "./driver.ts";

driverContract("the simulation", () => new SimDriver(), "kind: Nothing");
