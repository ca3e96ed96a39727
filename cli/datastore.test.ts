import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { calicoDump } from "../datastore/io/calico-dump.ts";
import { writeJson } from "../datastore/json.ts";
import { root } from "../datastore/key.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import { nodeStatusPath } from "../datastore/status-key.ts";
import { type Put, type Store, StoreUnavailable } from "../datastore/store.ts";
import { SimShell } from "./sim/shell.ts";

const clusterPath = resourcePath({ kind: "ClusterInformation", name: "default" });

async function shellWith(puts: readonly Put[]): Promise<SimShell> {
  const shell = new SimShell();
  for (const put of puts) await shell.store().commit([], [put], []);
  return shell;
}

async function keys(shell: SimShell): Promise<Map<string, string>> {
  return new Map((await shell.store().list(root)).entries.map(({ key, value }) => [key, value]));
}

async function said(shell: SimShell, line: string): Promise<string> {
  const { code, output, errors } = await shell.run(line);
  assert.deepEqual([code, errors], [0, ""], line);
  return output;
}

/** A shell whose store takes so many commits and is then out of reach. */
class CutShell extends SimShell {
  commitsLeft = Number.POSITIVE_INFINITY;

  override openStore(): Promise<Store> {
    const store = this.store();
    const commit: Store["commit"] = (...words) => {
      if (this.commitsLeft-- > 0) return store.commit(...words);
      return Promise.reject(new StoreUnavailable("datastore/unavailable", "cut", { operation: "commit" }));
    };
    return Promise.resolve({
      get: (key) => store.get(key),
      list: (prefix) => store.list(prefix),
      watch: (...words) => store.watch(...words),
      close: () => store.close(),
      commit,
    });
  }
}

describe("a migration", () => {
  it("brings what Calico wrote to another store, octet for octet", async () => {
    const from = await shellWith(calicoDump());
    await said(from, "datastore migrate lock");
    const to = new SimShell();
    to.contents.set("m.yaml", await said(from, "datastore migrate export --all"));
    assert.match(
      await said(to, "datastore migrate import -f m.yaml"),
      /^Successfully imported \d+ resource\(s\) and 9 key/,
    );
    assert.deepEqual(await keys(to), await keys(from));
    await said(to, "datastore migrate unlock");
    await said(from, "datastore migrate unlock");
    assert.deepEqual(await keys(to), await keys(from));
  });

  it("leaves out what Kubernetes makes anew, and without --all what a store of Kubernetes refuses", async () => {
    const knp = resourcePath({ kind: "NetworkPolicy", namespace: "shop", name: "knp.default.allow" });
    const metadata = { name: "knp.default.allow", namespace: "shop" };
    const policy = { kind: "NetworkPolicy", apiVersion: "projectcalico.org/v3", metadata, spec: {} };
    const from = await shellWith([...calicoDump(), { key: knp, value: writeJson(policy) }]);
    await said(from, "datastore migrate lock");
    const text = await said(from, "datastore migrate export");
    assert.doesNotMatch(text, /knp\.default|kind: WorkloadEndpoint|kind: Profile/);
    const kinds = (loadAll(text) as { readonly kind: string }[]).map(({ kind }) => kind);
    const order = [
      "IPPoolList",
      "BGPPeerList",
      "TierList",
      "GlobalNetworkPolicyList",
      "NodeList",
      "FelixConfigurationList",
    ];
    assert.deepEqual(kinds, [...order, "ClusterInformation", "IPAMMigration"]);
  });

  it("keeps fields of a newer Calico, and refuses numbers that YAML would round", async () => {
    const key = resourcePath({ kind: "IPPool", name: "p" });
    const pool = (future: unknown) => ({
      key,
      value: writeJson({
        kind: "IPPool",
        apiVersion: "projectcalico.org/v3",
        metadata: { name: "p", uid: "u" },
        spec: { cidr: "10.1.0.0/16", future },
      }),
    });
    const from = await shellWith([pool({ deep: [1, "x"] })]);
    await said(from, "datastore migrate lock");
    const to = new SimShell();
    to.contents.set("-", await said(from, "datastore migrate export"));
    await said(to, "datastore migrate import -f -");
    assert.deepEqual((await keys(to)).get(key), (await keys(from)).get(key));
    await from.store().commit([], [pool(2n ** 60n)], []);
    assert.match((await from.run("datastore migrate export")).errors, /IPPool\(p\) holds a number beyond 2\^53/);
  });

  it("with a mistake anywhere writes nothing; cut short it says how far it came and stays locked", async () => {
    const from = await shellWith(calicoDump());
    await said(from, "datastore migrate lock");
    const text = await said(from, "datastore migrate export --all");
    const to = new CutShell();
    for (const [pattern, instead, expected] of [
      ["cidr: 10.244.0.0/16", "cidr: 7", /IPPool\(pool1\): spec\.cidr/],
      ["/calico/ipam/v2/config", "/calico/other", /no key of IPAM with a text/],
      ["name: n2", "name: a/b", /Node: metadata\.name/],
      ["kind: Tier\n", "kind: Teir\n", /unknown kind 'Teir'; 'Tier' would be right/],
    ] as const) {
      assert.ok(text.includes(pattern), pattern);
      to.contents.set("m.yaml", text.replace(pattern, instead));
      assert.match((await to.run("datastore migrate import -f m.yaml")).errors, expected);
      assert.deepEqual(await keys(to), new Map());
    }
    to.contents.set("m.yaml", text);
    to.commitsLeft = 4;
    assert.equal((await to.run("datastore migrate import -f m.yaml")).code, 1);
    assert.match((await keys(to)).get(clusterPath)!, /"datastoreReady":false/);
  });
});

describe("a snapshot", () => {
  it("is YAML, whole, of one revision, without what goes by itself", async () => {
    const leased = nodeStatusPath("n1");
    const shell = await shellWith([...calicoDump(), { key: leased, value: "{}" }]);
    const text = await said(shell, "datastore snapshot");
    const [head, ...documents] = loadAll(text) as {
      readonly key: string;
      readonly value: unknown;
      readonly keys: number;
    }[];
    assert.equal(head!.keys, calicoDump().length);
    assert.equal(documents.length, calicoDump().length);
    assert.ok(!documents.some(({ key }) => key === leased));
    const pool = documents.find(({ key }) => key.endsWith("/ippools/pool1"))!;
    assert.deepEqual(pool.value, JSON.parse((await keys(shell)).get(pool.key)!));
    shell.contents.set("s.yaml", text);
    await said(shell, "datastore restore -f s.yaml --force");
    assert.ok((await keys(shell)).has(leased), "what goes by itself is left alone");
  });

  it("is not restored over anything without --force, and changes nothing that is so already", async () => {
    const shell = await shellWith(calicoDump());
    shell.contents.set("s.yaml", await said(shell, "datastore snapshot"));
    const before = shell.server.history.revision;
    assert.match(
      (await shell.run("datastore restore -f s.yaml")).errors,
      /holds 26 keys below \/calico\/; nothing was changed/,
    );
    assert.match(await said(shell, "datastore restore -f s.yaml --force"), /nothing had to be changed/);
    assert.equal(shell.server.history.revision, before);
  });

  it("with --force deletes what it does not have", async () => {
    const shell = await shellWith(calicoDump());
    shell.contents.set("s.yaml", await said(shell, "datastore snapshot"));
    const was = await keys(shell);
    await said(shell, "delete bgppeer tor");
    await said(shell, "label node n1 rack=z");
    await shell.store().commit([], [{ key: `${root}else`, value: "x" }], []);
    assert.match(
      await said(shell, "datastore restore -f s.yaml --force"),
      /26 keys of revision \d+: 3 keys written or deleted/,
    );
    assert.deepEqual(await keys(shell), was);
  });

  it("that is damaged is refused with the line, and nothing is written", async () => {
    const shell = await shellWith(calicoDump());
    const text = await said(shell, "datastore snapshot");
    const lines = text.split("\n");
    const rows = [
      [lines.slice(0, -4).join("\n"), /line \d+: found 25 keys instead of 26; it is not whole/],
      [lines.slice(0, -2).join("\n"), /found the end, and a key without its value/],
      [text.replace("kind: DatastoreSnapshot", "kind: IPPool"), /no kind: DatastoreSnapshot/],
      [text.replace("version: 1", "version: 2"), /no version: 1/],
      [
        text.replace('key: "/calico/v1/Ready"', 'key: "/other"'),
        /line 82: found the key "\/other"; all begin with \/calico\//,
      ],
      [text.replace("/calico/v1/Ready", "/calico/ipam/v2/config"), /a second time/],
      [text.replace('value: "true"', 'value: "true'), /quotes do not fit/],
      [text.replaceAll("\n", "\r\n"), /carriage return/],
      ["", /no kind: DatastoreSnapshot in the head/],
    ] as const;
    for (const [damaged, expected] of rows) {
      const to = new SimShell();
      to.contents.set("s.yaml", damaged);
      const { code, errors } = await to.run("datastore restore -f s.yaml");
      assert.equal(code, 1);
      assert.match(errors, expected);
      assert.deepEqual(await keys(to), new Map());
    }
  });

  it("whose restore was cut short leaves the store locked, and the same command ends it", async () => {
    const from = await shellWith(calicoDump());
    for (let i = 0; i < 250; i++) await from.store().commit([], [{ key: `${root}more/${i}`, value: String(i) }], []);
    const text = await said(from, "datastore snapshot");
    for (const commits of [1, 2, 3]) {
      const to = new CutShell();
      to.contents.set("s.yaml", text);
      to.commitsLeft = commits;
      assert.equal((await to.run("datastore restore -f s.yaml")).code, 1);
      assert.match((await keys(to)).get(clusterPath)!, /"datastoreReady":false/);
      to.commitsLeft = Number.POSITIVE_INFINITY;
      await said(to, "datastore restore -f s.yaml --force");
      assert.deepEqual(await keys(to), await keys(from));
    }
  });
});
