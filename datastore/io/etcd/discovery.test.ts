import assert from "node:assert/strict";
import { StoreUnavailable } from "../../store.ts";
import { discoverEndpoints } from "./discovery.ts";

describe("discoverEndpoints", () => {
  const record = (name: string, port: number, priority = 0, weight = 0) => ({ name, port, priority, weight });

  it("reads encrypted endpoints first, by priority, then weight", async () => {
    const zone = new Map([
      ["_etcd-client-ssl._tcp.lab.test", [record("c.lab.test", 2379, 10), record("a.lab.test.", 2379, 5, 1)]],
      ["_etcd-client._tcp.lab.test", [record("x.lab.test", 1), record("y.lab.test", 2, 0, 9)]],
    ]);
    assert.deepEqual(await discoverEndpoints("lab.test", (name) => Promise.resolve(zone.get(name) ?? [])), [
      "https://a.lab.test:2379",
      "https://c.lab.test:2379",
      "http://y.lab.test:2",
      "http://x.lab.test:1",
    ]);
  });

  it("says which records are missing when there are none", async () => {
    const nothing = (name: string) => Promise.reject(new Error(`no ${name}`));
    await assert.rejects(discoverEndpoints("lab.test", nothing), (error: unknown) => {
      assert(error instanceof StoreUnavailable);
      assert.match(error.message, /ETCD_DISCOVERY_SRV = 'lab.test'.*_etcd-client-ssl\._tcp\.lab\.test/);
      return true;
    });
  });
});
