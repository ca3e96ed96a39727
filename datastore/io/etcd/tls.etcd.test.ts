import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { eventually } from "../../store.contract.ts";
import { StoreRefused, StoreUntrusted, type TrustFacts, type WatchMessage } from "../../store.ts";
import { Authority } from "./certificates.ts";
import { CutProxy } from "./cut-proxy.ts";
import { type EtcdProcess, startEtcd } from "./etcd-process.ts";
import type { EtcdSettings } from "./settings.ts";
import { EtcdStore } from "./store.ts";

const hour = 3_600_000;
const file = (name: string) => join(folder, name);
let folder: string;
let etcd: EtcdProcess;
let proxy: CutProxy;
let authority: Authority;
let stores: EtcdStore[] = [];

function connect(settings: Partial<EtcdSettings> = {}): EtcdStore {
  const identity = { caFile: file("ca.pem"), certFile: file("client.pem"), keyFile: file("client.key") };
  const all = { endpoints: [`https://127.0.0.1:${proxy.port}`], timeout: millis(3000), ...identity, ...settings };
  const store = new EtcdStore(all, systemClock, seededRandom(7));
  stores.push(store);
  return store;
}

async function untrusted(store: EtcdStore): Promise<{ readonly message: string; readonly facts: TrustFacts }> {
  const error = await store.get("/tls").then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(error instanceof StoreUntrusted, `untrusted, not ${String(error)}`);
  assert.equal(error.code, "datastore/untrusted");
  return error;
}

describe("etcd with TLS", () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "manx-tls-"));
    authority = new Authority(folder);
    const notAfter = Date.now() + hour;
    authority.issue({ name: "server", usage: "server", notAfter });
    authority.issue({ name: "client", usage: "client", notAfter });
    const flags = ["--client-cert-auth", "--trusted-ca-file", file("ca.pem")];
    etcd = await startEtcd([...flags, "--cert-file", file("server.pem"), "--key-file", file("server.key")], "https");
    proxy = await CutProxy.start(etcd.port);
  });
  after(async () => {
    await proxy.stop();
    await etcd.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    stores = [];
  });

  it("takes a client with the right CA and certificate", async () => {
    const store = connect();
    await store.commit([], [{ key: "/tls", value: "1" }], []);
    assert.equal((await store.get("/tls"))?.value, "1");
  });

  it("wants a client certificate, and says which variables name one", async () => {
    const { certFile: _, keyFile: __, ...bare } = { caFile: file("ca.pem"), certFile: "", keyFile: "" };
    const store = new EtcdStore({ endpoints: [etcd.endpoint], ...bare }, systemClock, seededRandom(7));
    stores.push(store);
    const { message, facts } = await untrusted(store);
    assert.match(message, /wants a client certificate.*ETCD_CERT_FILE/);
    assert.equal(facts.reason, "client-refused");
  });

  it("names the CA file that does not know the server's CA", async () => {
    new Authority(folder, "other");
    const { message, facts } = await untrusted(connect({ caFile: file("other.pem") }));
    assert.match(message, /certificate \(CN=server, until 20.*\) is not signed by a CA of .*other\.pem/);
    assert.deepEqual([facts.reason, facts.file, facts.subject], ["unknown-ca", file("other.pem"), "CN=server"]);
  });

  it("names the client certificate that the server refuses", async () => {
    new Authority(folder, "strange").issue({ name: "stranger", usage: "client", notAfter: Date.now() + hour });
    const { message, facts } = await untrusted(
      connect({ certFile: file("stranger.pem"), keyFile: file("stranger.key") }),
    );
    assert.match(message, /refuses the client certificate .*stranger\.pem \(CN=stranger, until 20/);
    assert.equal(facts.reason, "client-refused");
  });

  it("says whose name the certificate holds, and takes the name it is told to expect", async () => {
    authority.issue({ name: "server", usage: "server", notAfter: Date.now() + hour, altName: "DNS:etcd.test" });
    try {
      const { message, facts } = await untrusted(connect());
      assert.match(message, /is for DNS:etcd\.test, not for 127\.0\.0\.1/);
      assert.equal(facts.reason, "wrong-name");
      await connect({ serverName: "etcd.test" }).get("/tls");
    } finally {
      authority.issue({ name: "server", usage: "server", notAfter: Date.now() + hour });
    }
  });

  it("says that an endpoint does not speak TLS", async () => {
    const plain = await startEtcd();
    try {
      const { message, facts } = await untrusted(connect({ endpoints: [`https://127.0.0.1:${plain.port}`] }));
      assert.equal(facts.reason, "no-tls", message);
    } finally {
      await plain.stop();
    }
  });

  it("refuses files that are no certificates, or no pair, naming them", async () => {
    const wrong = connect({ keyFile: file("server.key") });
    await assert.rejects(wrong.get("/tls"), (error: unknown) => {
      assert(error instanceof StoreRefused);
      assert.match(error.message, /client\.pem, .*server\.key cannot be used: .*mismatch/);
      return true;
    });
  });

  it("says that its own certificate expired during the run, and goes on with the new one once it is there", async function () {
    this.timeout(30_000);
    await outlives("client", /client certificate .*client\.pem \(CN=client\) expired on 20.*put a new one/);
  });

  it("says that the server's certificate expired during the run, and goes on once it is renewed", async function () {
    this.timeout(30_000);
    await outlives("server", /etcd https:.*its certificate \(CN=server\) expired on 20.*renew it there/);
  });
});

/** Lets one certificate expire under a running client: told clearly; once renewed, no event was lost. */
async function outlives(name: "client" | "server", words: RegExp): Promise<void> {
  const notAfter = Math.ceil(Date.now() / 1000) * 1000 + 1000;
  authority.issue({ name, usage: name, notAfter });
  const store = connect();
  const messages: WatchMessage[] = [];
  const events = () => messages.flatMap((message) => (message.kind === "events" ? message.events : []));
  store.watch("/tls", (await store.list("/tls")).revision, (message) => messages.push(message));
  await store.commit([], [{ key: "/tls", value: "before" }], []);
  await eventually(() => events().length === 1 && Date.now() > notAfter + 1000, "the certificate's time is over");
  proxy.cut();
  proxy.mend();
  const { message, facts } = await untrusted(store);
  assert.match(message, words);
  assert.deepEqual([facts.reason, facts.notAfter], ["expired", new Date(notAfter).toISOString()]);
  await eventually(() => messages.some((each) => each.kind === "interrupted"), "the watch was interrupted");
  authority.issue({ name: "next", usage: name, notAfter: Date.now() + hour });
  renameSync(file("next.key"), file(`${name}.key`));
  renameSync(file("next.pem"), file(`${name}.pem`));
  const committed = await store.commit([], [{ key: "/tls", value: "after" }], []);
  assert(committed.committed);
  await eventually(() => events().length === 2, "the watch went on");
}
