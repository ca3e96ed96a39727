import { randomInt } from "node:crypto";
import type { Random } from "../random.ts";

/** Chance from the system's generator. */
export const systemRandom: Random = () => randomInt(2 ** 32) / 2 ** 32;
