import assert from "node:assert/strict";
import { loudnessOf, openLog } from "./log.ts";

describe("how loud a log is", () => {
  it("changes while it is in use; BGP's own word counts for BGP alone, and goes back to what holds for all", () => {
    const log = openLog("n1", "Warning");
    const ofBgp = log.child({});
    const { setSeverity, setBgpSeverity } = loudnessOf(log, ofBgp, "Warning");
    const levels = ["Debug", "None", undefined, "Fatal", ""].map((severity) => {
      setBgpSeverity(severity);
      return ofBgp.level;
    });
    assert.deepEqual(levels, ["debug", "silent", "warn", "fatal", "info"]);
    assert.equal(log.level, "warn");
    setBgpSeverity("Debug");
    setSeverity("Error");
    assert.deepEqual([log.level, ofBgp.level], ["error", "debug"]);
    setBgpSeverity(undefined);
    assert.equal(ofBgp.level, "error");
  });
});
