import assert from "node:assert/strict";
import type { NftFact } from "../../../kernel/nftables/fact.ts";
import { SimNftables } from "../../../kernel/nftables/sim/nftables.ts";
import { SimClock } from "../../../lib/sim/clock.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { fullSampleResources, sampleOutput } from "../sim/sample-policy.ts";
import { NftablesDataplane } from "./dataplane.ts";

/** A kernel of which can be told what it held when its port was closed. */
class Kernel extends SimNftables {
  left: unknown;

  override close(): void {
    void this.dump().then(({ table }) => {
      this.left = table;
    });
    super.close();
  }
}

describe("the nftables dataplane", () => {
  let port: Kernel;
  let told: NftFact[];

  const open = (options: FirewallOptions = defaultOptions): NftablesDataplane => {
    const dataplane = new NftablesDataplane({ port, clock: new SimClock(), tell: (fact) => told.push(fact), options });
    dataplane.allowDeletes();
    return dataplane;
  };
  const chainsNow = async (): Promise<readonly string[]> => [...((await port.dump()).table?.chains.keys() ?? [])];

  beforeEach(() => {
    port = new Kernel();
    told = [];
  });

  it("a node without host endpoints, floating addresses and pools to leave has chains for three hooks only", async () => {
    await open().commit();
    const { table } = await port.dump();
    const hooks = [...table!.chains].filter(([, { hook }]) => hook).map(([name]) => name);
    assert.deepEqual(hooks.sort(), ["forward", "input", "raw-prerouting"]);
  });

  it("holds everything of a node that has everything", async () => {
    const dataplane = open({ ...defaultOptions, floatingAddresses: true });
    dataplane.apply(sampleOutput(fullSampleResources));
    await dataplane.commit();
    const chains = await chainsNow();
    for (const name of [
      "host/eth0/in/pre-dnat",
      "hosts/out",
      "floating-addresses",
      "service-loop",
      "mangle-postrouting",
    ])
      assert.ok(chains.includes(name), name);
    const { sets } = (await port.dump()).table!;
    const host = sets.get("host-in-forward");
    assert.deepEqual(host?.kind === "map" && [...host.entries], [
      ["eth0", { kind: "goto", chain: "host/eth0/in/forward" }],
    ]);
  });

  it("takes other options in one transaction, which differs only where they do", async () => {
    const dataplane = open();
    dataplane.apply(sampleOutput(fullSampleResources));
    await dataplane.commit();
    const { size } = dataplane;
    const { committed } = port;
    port.count("np/shop/db/in", 3, 180);
    dataplane.setOptions({ ...defaultOptions, failsafes: { inbound: [], outbound: [] } });
    await dataplane.commit();
    assert.equal(port.committed, committed + 1);
    assert.ok(!(await chainsNow()).some((name) => name.startsWith("failsafe")));
    const kept = (await dataplane.counters()).find(({ name }) => name === "NetworkPolicy shop/db ingress[1]");
    assert.deepEqual(kept, { name: "NetworkPolicy shop/db ingress[1]", packets: 3, bytes: 180 });
    dataplane.setOptions({ ...defaultOptions, marks: { accept: 1, pass: 2, final: 4 }, denyAction: "Reject" });
    dataplane.setOptions(defaultOptions);
    await dataplane.commit();
    assert.deepEqual(dataplane.size, size);
  });

  it("a host endpoint that goes leaves nothing behind", async () => {
    const dataplane = open();
    dataplane.apply(sampleOutput());
    await dataplane.commit();
    const before = (await chainsNow()).toSorted();
    const host = {
      interfaceName: "eth0",
      endpoint: "n1-eth0",
      stages: Object.fromEntries(
        ["normal", "forward", "untracked", "pre-dnat"].map((stage) => {
          const gate = { tiers: [], profiles: [], atEnd: stage === "normal" ? "deny" : "continue" } as const;
          return [stage, { ingress: gate, egress: gate }];
        }),
      ) as never,
    };
    const nothing = { sets: [], members: new Map(), chains: [], endpoints: [] } as const;
    dataplane.apply({ ...nothing, hosts: [{ kind: "set", key: "eth0", value: host }] });
    await dataplane.commit();
    const during = (await chainsNow()).filter((name) => !before.includes(name));
    assert.deepEqual(during.sort(), [
      "failsafe-in",
      "failsafe-out",
      "host/eth0/in",
      "host/eth0/out",
      "mangle-postrouting",
      "output",
    ]);
    dataplane.apply({ ...nothing, hosts: [{ kind: "delete", key: "eth0" }] });
    await dataplane.commit();
    assert.deepEqual((await chainsNow()).toSorted(), before);
  });

  it("of two endpoints with one floating address the first in order has it", async () => {
    const dataplane = open({ ...defaultOptions, floatingAddresses: true });
    const floating = [{ external: parseAddress("192.0.2.80")!, internal: parseAddress("10.244.0.1")! }];
    const gate = { tiers: [], profiles: [], atEnd: "deny" } as const;
    const gates = (endpoint: string, interfaceName: string) => ({
      kind: "set" as const,
      key: interfaceName,
      value: { interfaceName, endpoint, sources: [], spoofable: [], ingress: gate, egress: gate, floating },
    });
    const endpoints = [gates("shop/b", "cali1"), gates("shop/a", "cali2")];
    dataplane.apply({ sets: [], members: new Map(), chains: [], hosts: [], endpoints });
    await dataplane.commit();
    const rules = (await port.rules("floating-addresses")).get("floating-addresses") ?? [];
    assert.equal(rules[0]?.comment, "floating address of shop/a");
  });

  it("looks again when asked, and says once that somebody else was at work", async () => {
    const dataplane = open();
    dataplane.apply(sampleOutput());
    await dataplane.commit();
    port.disturb([{ kind: "flush chain", chain: "np/shop/db/in" }], "unheard");
    await dataplane.recheck();
    assert.equal((await port.rules("np/shop/db/in")).get("np/shop/db/in")?.length, 4);
    const drop = ["changed", "changed", "changed"] as const;
    for (const heard of drop) port.disturb([{ kind: "new chain", chain: "foreign" }], heard);
    await dataplane.commit();
    assert.deepEqual(
      told.map(({ fact }) => fact),
      ["nft.disturbed"],
    );
    assert.ok(!(await chainsNow()).includes("foreign"));
  });

  it("takes along all that is ours when it goes, also what it never wanted", async () => {
    const dataplane = open();
    port.disturb([{ kind: "new table" }, { kind: "new chain", chain: "left-behind" }], "unheard");
    dataplane.apply(sampleOutput());
    const { committed } = port;
    await dataplane.removeAll();
    assert.equal(port.committed, committed + 1);
    await assert.rejects(port.dump(), /closed/);
    assert.equal(port.left, undefined);
  });
});
