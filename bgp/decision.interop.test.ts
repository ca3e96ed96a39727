import { decisionDuel } from "./decision.contract.ts";

describe("the decision process beside BIRD's", function () {
  this.timeout(60_000);
  it("chooses the same path of 100 random candidate sets, twice", () => decisionDuel(1, 100));
});
