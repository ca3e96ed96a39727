import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openNetlink } from "../../../kernel/io/netlink-socket.ts";
import { openNflog } from "../../../kernel/nflog/io/nflog.ts";
import type { NftFact } from "../../../kernel/nftables/fact.ts";
import { NfnetlinkPort } from "../../../kernel/nftables/nfnetlink-port.ts";
import { manxTable } from "../../../kernel/nftables/table.ts";
import { systemClock } from "../../../lib/io/clock.ts";
import type { Address } from "../../../net/address.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { hostPrefix } from "../../../net/prefix.ts";
import type { Chain, EndpointGates, Gate, HostGates } from "../../../policy/chain.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { dropTag } from "../drop-tag.ts";
import { PacketLab } from "../io/packet-lab.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { LAB_INTERFACES, TRANSLATED, UPLINK, UPLINK_PACKET } from "../sim/lab-net.ts";
import { NftablesDataplane } from "./dataplane.ts";

const address = (text: string) => parseAddress(text)!;
const open = { tiers: [], profiles: ["profile/open/in"], atEnd: "deny" } as const;
const openOut = { tiers: [], profiles: ["profile/open/out"], atEnd: "deny" } as const;

/** A workload behind cali1 that may do everything but what the rest says. */
function workload(rest: Partial<EndpointGates>): PolicyOutput {
  const owner = { kind: "Profile", name: "open" } as const;
  const chains = (["ingress", "egress"] as const).map((direction) => {
    const id = `profile/open/${direction === "ingress" ? "in" : "out"}`;
    const rules = [{ match: {}, action: "allow", origin: { ...owner, direction, index: 0 } }] as const;
    return { kind: "set", key: id, value: { id, owner, direction, stage: "normal", rules } } as const;
  });
  const [inside] = LAB_INTERFACES[0]!.addresses;
  const gates: EndpointGates = {
    interfaceName: "cali1",
    endpoint: "shop/web",
    sources: [hostPrefix(address(inside!))],
    spoofable: [],
    ingress: open,
    egress: openOut,
    ...rest,
  };
  const endpoints = [{ kind: "set", key: "cali1", value: gates }] as const;
  return { sets: [], members: new Map(), chains, endpoints, hosts: [] };
}

/** A host endpoint of the uplink that may send UDP to one address only, and is asked about nothing else. */
function sendsOnlyTo(allowed: Address): Pick<PolicyOutput, "chains" | "hosts"> {
  const owner = { kind: "GlobalNetworkPolicy", name: "only" } as const;
  const origin = { ...owner, direction: "egress", index: 0 } as const;
  const match = { protocol: 17, destination: { nets: [hostPrefix(allowed)] } };
  const rules = [{ match, action: "allow", origin }] as const;
  const value: Chain = { id: "gnp/only/out", owner, direction: "egress", stage: "normal", rules };
  const nothing: Gate = { tiers: [], profiles: [], atEnd: "continue" };
  const unasked = { ingress: nothing, egress: nothing };
  const egress: Gate = { tiers: [{ tier: "default", chains: [value.id], atEnd: "deny" }], profiles: [], atEnd: "deny" };
  const stages = { normal: { ingress: open, egress }, forward: unasked, untracked: unasked, "pre-dnat": unasked };
  const host: HostGates = { interfaceName: UPLINK, endpoint: "n1-up0", stages };
  return {
    chains: [{ kind: "set", key: value.id, value }],
    hosts: [{ kind: "set", key: UPLINK, value: host }],
  };
}

const web = address(LAB_INTERFACES[0]!.addresses[0]!);
const outside = UPLINK_PACKET.source;
const toWeb: Packet = { source: outside, destination: web, protocol: 17, inInterface: UPLINK, outInterface: "cali1" };
const fromWeb: Packet = { source: web, destination: outside, protocol: 6, inInterface: "cali1", outInterface: UPLINK };

describe("what a packet alone does not show, in nftables", function () {
  this.timeout(30_000);
  let lab: PacketLab;
  let dataplane: NftablesDataplane;
  let told: NftFact[];

  async function enforce(output: PolicyOutput, options: Partial<FirewallOptions> = {}): Promise<void> {
    lab = new PacketLab(`manx-policy-${process.pid}`, UPLINK_PACKET);
    await lab.open(LAB_INTERFACES, ["10.66.0.1/32"], TRANSLATED);
    told = [];
    dataplane = new NftablesDataplane({
      port: new NfnetlinkPort(openNetlink, manxTable, `/run/netns/${lab.node}`),
      clock: systemClock,
      tell: (fact) => told.push(fact),
      options: { ...defaultOptions, ...options },
    });
    dataplane.apply(output);
    await dataplane.commit();
  }

  afterEach(() => {
    dataplane.close();
    lab.close();
  });

  const count = async (packets: readonly Packet[]): Promise<number> =>
    (await lab.send(packets)).filter((passed) => passed).length;
  const counted = async (name: string): Promise<number> =>
    (await dataplane.counters()).find((rule) => rule.name === name)?.packets ?? 0;

  it("a workload gets no more packets than its rate, counted", async () => {
    await enforce(workload({ limits: { ingress: { packets: { rate: 1, burst: 5 } } } }));
    const flood = Array.from({ length: 60 }, (_, n) => ({ ...toWeb, sourcePort: 1000, destinationPort: 5000 + n }));
    const passed = await count(flood);
    assert.ok(passed >= 5 && passed < 60, `${passed} of 60 passed`);
    assert.equal(await counted("packet rate of shop/web, ingress"), 60 - passed);
  });

  it("a workload opens no more connections than its number", async () => {
    await enforce(workload({ limits: { egress: { connections: 3 } } }));
    const many = Array.from({ length: 8 }, (_, n) => ({ ...fromWeb, sourcePort: 2000 + n, destinationPort: 80 }));
    assert.deepEqual(await lab.send(many), [true, true, true, false, false, false, false, false]);
    assert.equal(await counted("connections of shop/web, egress"), 5);
  });

  it("a floating address means its endpoint, where floating addresses are enabled", async () => {
    const floating = [{ external: address("192.0.2.80"), internal: web }];
    await enforce(workload({ floating }), { floatingAddresses: true });
    const knock = { ...toWeb, destination: address("192.0.2.80"), sourcePort: 7, destinationPort: 7 };
    assert.equal(await count([knock]), 1);
    dataplane.setOptions(defaultOptions);
    dataplane.allowDeletes();
    await dataplane.commit();
    assert.equal(await count([{ ...knock, sourcePort: 8 }]), 0);
  });

  for (const denyAction of ["Drop", "Reject"] as const) {
    it(`what the node sends and translates is asked about where it goes to, and what it forwards is not (${denyAction})`, async () => {
      const [service, backend] = TRANSLATED[1]!.map(address) as [Address, Address];
      const sent: Packet = {
        source: address("10.66.0.1"),
        destination: backend,
        protocol: 17,
        sourcePort: 5,
        destinationPort: 5,
        outInterface: UPLINK,
        preDnat: { destination: service },
      };
      const forwarded = { ...sent, source: web, inInterface: "cali1" };
      const plain = workload({});
      for (const [allowed, passes] of [
        [service, false],
        [backend, true],
      ] as const) {
        const { chains, hosts } = sendsOnlyTo(allowed);
        await enforce({ ...plain, chains: [...plain.chains, ...chains], hosts }, { denyAction });
        assert.deepEqual(await lab.send([sent, forwarded]), [passes, true]);
        assert.equal(await counted("GlobalNetworkPolicy only egress[0]"), passes ? 1 : 0);
        assert.equal(await counted("end of tier default, egress of n1-up0"), passes ? 0 : 1);
        dataplane.close();
        lab.close();
      }
    });
  }

  it("a dropped packet is heard of under the name of what dropped it", async () => {
    await enforce(workload({ egress: { ...openOut, profiles: [] } }), { dropGroup: 9 });
    const heard: string[] = [];
    const netns = `/run/netns/${lab.node}`;
    const listening = await openNflog(
      { group: 9, netns },
      { packet: ({ prefix }) => heard.push(prefix), lost: (many) => assert.fail(`${many} lost`), failed: assert.fail },
    );
    const forged = { ...fromWeb, source: outside, destination: address("10.66.0.1") };
    assert.equal(await count([fromWeb, { ...fromWeb, protocol: 17 }, forged]), 0);
    const deadline = performance.now() + 10_000;
    while (heard.length < 3 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    listening.close();
    const name = "no profile of shop/web allows its egress";
    assert.deepEqual(heard, [name, name, "the source is no address of this endpoint"].map(dropTag));
  });

  it("everything that a foreigner flushes is there again, and it is said once", async () => {
    await enforce(workload({ egress: { ...openOut, profiles: [] } }));
    const node = (...words: string[]) =>
      execFileSync("ip", ["netns", "exec", lab.node, ...words], { encoding: "utf8" });
    const before = lab.list("manx");
    node("nft", "delete table inet manx");
    const deadline = performance.now() + 10_000;
    while (told.length === 0 || !node("nft", "list", "tables").includes("manx")) {
      assert.ok(performance.now() < deadline, "not repaired");
      await new Promise((resolve) => setImmediate(resolve));
    }
    await dataplane.commit();
    const sorted = (text: string): string[] => text.split("\n").sort();
    assert.deepEqual(sorted(lab.list("manx")), sorted(before));
    assert.deepEqual(
      told.map(({ fact }) => fact),
      ["nft.disturbed"],
    );
  });
});
