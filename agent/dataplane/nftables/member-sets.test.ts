import assert from "node:assert/strict";
import { SimNftables } from "../../../kernel/nftables/sim/nftables.ts";
import { SimClock } from "../../../lib/sim/clock.ts";
import type { Chain } from "../../../policy/chain.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import { MASQUERADE_POOLS, type SetKind } from "../../../policy/set.ts";
import { defaultOptions } from "../options.ts";
import { NftablesDataplane } from "./dataplane.ts";

const WEB = "s:web";
const nothing: PolicyOutput = { sets: [], members: new Map(), chains: [], endpoints: [], hosts: [] };
const owner = { kind: "NetworkPolicy", name: "db", namespace: "shop" } as const;
const origin = { ...owner, direction: "ingress", index: 0 } as const;
const chain = {
  id: "np/shop/db/in",
  owner,
  direction: "ingress",
  stage: "normal",
  rules: [{ match: { source: { inSets: [WEB] } }, action: "allow", origin }],
} as unknown as Chain;

describe("sets of members in nftables", () => {
  let port: SimNftables;
  let dataplane: NftablesDataplane;

  beforeEach(async () => {
    port = new SimNftables();
    dataplane = new NftablesDataplane({ port, clock: new SimClock(), tell: () => {}, options: defaultOptions });
    dataplane.allowDeletes();
    dataplane.apply({
      ...nothing,
      sets: [{ kind: "set", key: WEB, value: { id: WEB, kind: "host", about: 'role == "web"' } }],
      chains: [{ kind: "set", key: chain.id, value: chain }],
    });
    await dataplane.commit();
  });

  const change = (added: readonly string[], removed: readonly string[] = [], id = WEB): void =>
    dataplane.apply({ ...nothing, members: new Map([[id, { added, removed }]]) });
  const rules = async (): Promise<number> => (await port.rules(chain.id)).get(chain.id)?.length ?? 0;
  const sets = async (): Promise<Record<string, string | undefined>> => {
    const all = [...((await port.dump()).table?.sets ?? [])].sort();
    return Object.fromEntries(all.flatMap(([name, set]) => (set.kind === "set" ? [[name, set.spec.comment]] : [])));
  };

  it("without members there is neither set nor rule, and the rule counts nothing", async () => {
    assert.deepEqual(await sets(), {});
    assert.equal(await rules(), 0);
    const counts = await dataplane.counters();
    assert.deepEqual(
      counts.filter(({ name }) => name.startsWith("NetworkPolicy")),
      [{ name: "NetworkPolicy shop/db ingress[0]", packets: 0, bytes: 0 }],
    );
  });

  it("a family's first member brings its set, told what it is, and the rules about it, in one transaction", async () => {
    const { committed } = port;
    change(["10.0.0.1"]);
    await dataplane.commit();
    assert.equal(port.committed, committed + 1);
    assert.deepEqual(await sets(), { "s-web-v4": "role == 'web'" });
    assert.equal(await rules(), 1);
    change(["10.0.0.2", "fd00::1"], ["10.0.0.1"]);
    await dataplane.commit();
    assert.deepEqual(Object.keys(await sets()), ["s-web-v4", "s-web-v6"]);
    assert.equal(await rules(), 2);
    change([], ["10.0.0.2"]);
    await dataplane.commit();
    assert.equal(port.committed, committed + 3);
    assert.deepEqual(Object.keys(await sets()), ["s-web-v6"]);
    assert.equal(await rules(), 1);
  });

  it("a set of pools is there while a rule looks into it", async () => {
    const pools = { id: MASQUERADE_POOLS, kind: "net" as SetKind };
    const ask = { ...nothing, sets: [{ kind: "set" as const, key: pools.id, value: pools }] };
    dataplane.apply(ask);
    await dataplane.commit();
    assert.deepEqual(await sets(), {});
    change(["10.244.0.0/16"], [], MASQUERADE_POOLS);
    await dataplane.commit();
    assert.deepEqual(Object.keys(await sets()), ["masq-ipam-pools-nets-v4"]);
    change([], ["10.244.0.0/16"], MASQUERADE_POOLS);
    await dataplane.commit();
    assert.deepEqual(await sets(), {});
  });
});
