import assert from "node:assert/strict";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { openStore } from "./io/open-store.ts";
import { StoreRefused } from "./store.ts";
import { readStoreSettings } from "./store-settings.ts";

describe("settings of the store", () => {
  it("are Calico's variables, CALICO_ first", () => {
    const read = readStoreSettings({
      DATASTORE_TYPE: "etcdv3",
      ETCD_ENDPOINTS: "https://a:2379, https://b:2379",
      CALICO_ETCD_USERNAME: "root",
      ETCD_USERNAME: "other",
      ETCD_PASSWORD: "",
    });
    const endpoints = ["https://a:2379", "https://b:2379"];
    assert.deepEqual(read, { ok: true, settings: { type: "etcdv3", endpoints, username: "root" } });
  });

  it("mean etcd when endpoints are given, else the embedded store", () => {
    const type = (environment: Record<string, string>) => {
      const read = readStoreSettings(environment);
      return read.ok ? read.settings.type : read.why;
    };
    assert.equal(type({ ETCD_ENDPOINTS: "http://a:2379" }), "etcdv3");
    assert.equal(type({}), "embedded");
    assert.deepEqual(readStoreSettings({ EMBEDDED_STORE: "/tmp/x.db" }), {
      ok: true,
      settings: { type: "embedded", path: "/tmp/x.db" },
    });
    assert.match(type({ DATASTORE_TYPE: "kubernetes" }), /'kubernetes': etcdv3 or embedded would be right/);
    assert.match(type({ DATASTORE_TYPE: "etcdv3" }), /set ETCD_ENDPOINTS/);
    assert.match(type({ ETCD_ENDPOINTS: "x", ETCD_KEY_FILE: "k" }), /go together/);
  });

  it("may name a domain whose SRV records are the endpoints, but not both", () => {
    assert.deepEqual(readStoreSettings({ ETCD_DISCOVERY_SRV: "lab.test", ETCD_SERVER_NAME: "etcd" }), {
      ok: true,
      settings: { type: "etcdv3", endpoints: [], discoveryDomain: "lab.test", serverName: "etcd" },
    });
    const both = readStoreSettings({ ETCD_DISCOVERY_SRV: "lab.test", ETCD_ENDPOINTS: "http://a:2379" });
    assert.match(both.ok ? "" : both.why, /both set/);
  });

  it("that are wrong are refused when the store is opened", async () => {
    const open = (environment: Record<string, string>) => openStore(environment, new SimClock(), seededRandom(1));
    await assert.rejects(open({ DATASTORE_TYPE: "kubernetes" }), StoreRefused);
    await assert.rejects(
      open({ ETCD_ENDPOINTS: "https://a:2379", ETCD_CA_CERT_FILE: "/nonexistent/ca.pem" }).then((store) =>
        store.get("x"),
      ),
      /cannot read the CA file \/nonexistent\/ca.pem/,
    );
    await assert.rejects(open({ ETCD_ENDPOINTS: "ftp://a" }), /'ftp:\/\/a' is no URL/);
  });
});
