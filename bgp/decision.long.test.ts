import { decisionDuel } from "./decision.contract.ts";

describe("the decision process beside BIRD's, at length", function () {
  this.timeout(300_000);
  for (const seed of [2, 3]) {
    it(`chooses the same path of 2,000 random candidate sets, twice (seed ${seed})`, () => decisionDuel(seed, 2000));
  }
});
