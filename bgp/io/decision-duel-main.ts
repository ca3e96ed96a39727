import { duel } from "./decision-duel.ts";

/** `decision-duel-main.ts SEED PREFIXES SOCKET`: a duel in the namespace it is started in; prints its outcome as JSON. */
const [seed, count, socket] = process.argv.slice(2);
console.log(JSON.stringify(await duel(Number(seed), Number(count), socket!)));
process.exit(0);
