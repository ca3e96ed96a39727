import assert from "node:assert/strict";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { StoreRefused, StoreUnavailable } from "../../store.ts";
import { isWrongPassword, storeError, verdictOn } from "./failure.ts";

function answer(code: status, details: string): ServiceError {
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), { code, details, metadata: new Metadata() });
}

describe("etcd's failures", () => {
  const verdicts = [
    [status.UNAVAILABLE, "Connection dropped", "unavailable"],
    [status.UNAVAILABLE, "etcdserver: leader changed", "unavailable"],
    [status.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure", "unavailable"],
    [status.UNAVAILABLE, "etcdserver: no leader", "not-done"],
    [status.UNKNOWN, "raft proposal dropped", "not-done"],
    [status.RESOURCE_EXHAUSTED, "etcdserver: too many requests", "not-done"],
    [status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded", "refused"],
    [status.UNAUTHENTICATED, "etcdserver: invalid auth token", "unauthenticated"],
    [status.INVALID_ARGUMENT, "etcdserver: revision of auth store is old", "unauthenticated"],
    [status.INVALID_ARGUMENT, "etcdserver: user name is empty", "unauthenticated"],
    [status.PERMISSION_DENIED, "etcdserver: permission denied", "refused"],
    [status.INVALID_ARGUMENT, "etcdserver: too many operations in txn request", "refused"],
  ] as const;

  for (const [code, words, verdict] of verdicts) {
    it(`takes '${words}' for ${verdict}`, () => assert.equal(verdictOn(answer(code, words)), verdict));
  }

  it("leaves a write in doubt only when it was sent and etcd did not say that it did nothing", () => {
    const doubt = (code: status, words: string, written: boolean) => {
      const error = storeError(answer(code, words), "commit", "http://a:2379", written);
      assert(error instanceof StoreUnavailable);
      assert.equal(error.message.includes("whether it happened is not known"), error.facts.unknown === true);
      return error.facts.unknown === true;
    };
    assert.equal(doubt(status.UNAVAILABLE, "Connection dropped", true), true);
    assert.equal(doubt(status.UNAVAILABLE, "Connection dropped", false), false);
    assert.equal(doubt(status.UNAVAILABLE, "etcdserver: no leader", true), false);
    assert(storeError(answer(status.PERMISSION_DENIED, "no"), "commit", "http://a:2379", true) instanceof StoreRefused);
  });

  it("knows a wrong password", () => {
    const words = "etcdserver: authentication failed, invalid user ID or password";
    assert(isWrongPassword(answer(status.INVALID_ARGUMENT, words)));
    assert(!isWrongPassword(answer(status.UNAVAILABLE, "Connection dropped")));
    assert(!isWrongPassword(new Error(words)));
  });
});
