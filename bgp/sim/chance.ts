import { type Random, seededRandom } from "../../lib/random.ts";

/**
 * A source of chance of its own for everything that has a name: what one draws never shifts what another gets, so neither
 * the order in which things are made nor a thing more or less changes the history of the rest.
 */
export function chanceOf(seed: number, name: string): Random {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return seededRandom(hash);
}
