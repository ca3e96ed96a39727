import { type ScratchNetns, scratchNetns } from "../io/scratch-netns.ts";
import { intervalTurns } from "./interval-sets.contract.ts";

const SEEDS = 4;
const TURNS = 1000;

describe(`interval sets in a running kernel, ${SEEDS} times ${TURNS} turns`, function () {
  this.timeout(1_800_000);
  let netns: ScratchNetns;
  beforeEach(() => {
    netns = scratchNetns();
  });
  afterEach(() => netns.close());

  for (let seed = 100; seed < 100 + SEEDS; seed++) {
    it(`are exact after every turn, seed ${seed}`, async () => {
      const changes = await intervalTurns(netns, TURNS, seed);
      console.log(JSON.stringify({ figure: "interval sets, exact after every turn", turns: TURNS, seed, changes }));
    });
  }
});
