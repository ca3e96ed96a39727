import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { eventually } from "../../store.contract.ts";
import { StoreRefused, type WatchMessage } from "../../store.ts";
import { CutProxy } from "./cut-proxy.ts";
import { type EtcdProcess, startEtcd } from "./etcd-process.ts";
import { enableUsers, gateway } from "./gateway.ts";
import type { EtcdSettings } from "./settings.ts";
import { EtcdStore } from "./store.ts";

let etcd: EtcdProcess;
let stores: EtcdStore[] = [];

function connect(settings: Partial<EtcdSettings> = {}): EtcdStore {
  const user = { username: "root", password: "secret" };
  const store = new EtcdStore({ endpoints: [etcd.endpoint], ...user, ...settings }, systemClock, seededRandom(7));
  stores.push(store);
  return store;
}

async function stop(): Promise<void> {
  for (const store of stores) await store.close();
  stores = [];
}

function watch(store: EtcdStore, after: number): readonly WatchMessage[] {
  const messages: WatchMessage[] = [];
  store.watch("/", after, (message) => messages.push(message));
  return messages;
}

const values = (messages: readonly WatchMessage[]) =>
  messages.flatMap((m) => (m.kind === "events" ? m.events.map((e) => (e.kind === "put" ? e.value : "gone")) : []));

describe("etcd with users", () => {
  before(async () => {
    etcd = await startEtcd();
    await enableUsers(etcd.endpoint);
  });
  after(() => etcd.stop());
  afterEach(stop);

  it("logs in, and again when the token is no longer good", async () => {
    const store = connect();
    await store.commit([], [{ key: "/a", value: "1" }], []);
    const messages = watch(store, (await store.list("/")).revision);
    const { token } = JSON.parse(
      await gateway(etcd.endpoint, "auth/authenticate", { name: "root", password: "secret" }),
    );
    // A changed password ends all tokens of the user.
    await gateway(etcd.endpoint, "auth/user/changepw", { name: "root", password: "secret" }, token);
    await store.commit([], [{ key: "/a", value: "2" }], []);
    await eventually(() => values(messages).length > 0, "the watch heard");
    assert.equal((await store.get("/a"))?.value, "2");
  });

  it("says that a wrong password is refused, without the password, and does not ask again at once", async () => {
    const proxy = await CutProxy.start(etcd.port);
    try {
      const endpoints = [`http://127.0.0.1:${proxy.port}`];
      const store = connect({ endpoints, password: "hunter2", timeout: millis(2000) });
      const refused = (error: unknown) => {
        assert(error instanceof StoreRefused);
        assert.match(error.message, /authentication failed/);
        assert(!error.message.includes("hunter2"));
        return true;
      };
      await assert.rejects(store.get("/a"), refused);
      const octets = proxy.sent;
      for (let i = 0; i < 20; i++) await assert.rejects(store.get("/a"), refused);
      // Twenty logins would be far more; a ping of the connection is 17.
      assert(proxy.sent - octets < 100, `${proxy.sent - octets} octets were sent`);
    } finally {
      await stop();
      await proxy.stop();
    }
  });
});

for (const kind of ["simple", "jwt"] as const) {
  describe(`etcd whose ${kind} tokens expire within a second or two`, () => {
    let folder: string;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "manx-jwt-"));
      etcd = await startEtcd(kind === "jwt" ? jwtFlags(folder) : ["--auth-token-ttl", "1"]);
      await enableUsers(etcd.endpoint);
    });
    after(async () => {
      await etcd.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    afterEach(stop);

    it("never shows it: commits, lists and a watch that has to reconnect go on", async function () {
      this.timeout(30_000);
      const proxy = await CutProxy.start(etcd.port);
      try {
        const store = connect({ endpoints: [`http://127.0.0.1:${proxy.port}`] });
        const messages = watch(store, (await store.list("/")).revision);
        for (let i = 0; i < 2; i++) {
          const expired = Date.now() + 2100;
          await eventually(() => Date.now() > expired, "the token expired");
          const both = await Promise.all([store.list("/"), store.commit([], [{ key: "/a", value: String(i) }], [])]);
          assert.equal(both[1].committed, true);
          if (i > 0) continue;
          proxy.cut();
          proxy.mend();
        }
        await eventually(() => values(messages).length === 2, "the watch heard");
        assert.deepEqual(values(messages), ["0", "1"]);
      } finally {
        await stop();
        await proxy.stop();
      }
    });
  });
}

function jwtFlags(folder: string): readonly string[] {
  const encoding = { type: "spki", format: "pem" } as const;
  const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: encoding, privateKeyEncoding });
  writeFileSync(join(folder, "public.pem"), keys.publicKey);
  writeFileSync(join(folder, "private.pem"), keys.privateKey);
  const files = `pub-key=${join(folder, "public.pem")},priv-key=${join(folder, "private.pem")}`;
  return ["--auth-token", `jwt,${files},sign-method=RS256,ttl=1s`];
}
