import assert from "node:assert/strict";
import { openLog, severityOf } from "./log.ts";

describe("how loud a log is", () => {
  it("changes while it is in use, without the logs beside it, and goes back to what holds for all", () => {
    const log = openLog("n1", "Warning");
    const ofBgp = log.child({});
    const setSeverity = severityOf(ofBgp, "Warning");
    const levels = ["Debug", "None", undefined, "Fatal", ""].map((severity) => {
      setSeverity(severity);
      return ofBgp.level;
    });
    assert.deepEqual(levels, ["debug", "silent", "warn", "fatal", "info"]);
    assert.equal(log.level, "warn");
  });
});
