import assert from "node:assert/strict";
import { SimNftables } from "../../kernel/nftables/sim/nftables.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import { gone, ToldWorld, told } from "../../policy/sim/told-world.ts";
import { lowered } from "./iptables/sim/lowered.ts";
import { NftablesDataplane } from "./nftables/dataplane.ts";
import { defaultOptions } from "./options.ts";

const options = { ...defaultOptions, serviceLoopPrevention: "Disabled" } as const;

const plain = [
  told("Tier", "default", { order: 1e6, defaultAction: "Deny" }),
  told("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] }),
  told("WorkloadEndpoint", "shop/web", {
    node: "n1",
    interfaceName: "cali1",
    ipNetworks: ["10.0.0.1/32"],
    profiles: ["open"],
  }),
];
const forAll = told("HostEndpoint", "all", { node: "n1", interfaceName: "*", profiles: ["open"] }, { role: "all" });
const policy = (spec: object) =>
  told("GlobalNetworkPolicy", "edge", { selector: "role == 'all'", applyOnForward: true, ...spec });
const noPolicy = gone("GlobalNetworkPolicy", "edge");
const outwards = policy({ types: ["Egress"], egress: [{ action: "Deny" }] });
const beforeNat = policy({ preDNAT: true, ingress: [{ action: "Deny" }] });

/** What is on the way of packets that workloads forward and receive. */
const onTheWay = /^(forward|from-cali1|to-cali1|profile\/open\/in|received|mangle-prerouting)$/;

/** Rules by chain, each as what tells it from all others. */
type Chains = Readonly<Record<string, readonly string[]>>;

async function nftables(outputs: readonly PolicyOutput[]): Promise<Chains> {
  const port = new SimNftables();
  const dataplane = new NftablesDataplane({ port, clock: new SimClock(), tell: () => {}, options });
  dataplane.allowDeletes();
  for (const output of outputs) {
    dataplane.apply(output);
    await dataplane.commit();
  }
  const chains = [...(await port.rules())].filter(([name]) => onTheWay.test(name));
  return Object.fromEntries(chains.map(([name, rules]) => [name, rules.map(({ identity }) => identity)]));
}

function iptables(outputs: readonly PolicyOutput[]): Chains {
  const { filter, mangle } = Object.fromEntries(lowered(outputs, "ipv4", options).tables.chains);
  const chains = [...(filter ?? []), ...(mangle ?? [])];
  const ofTheHost = /failsafe|OUTPUT|POSTROUTING|INPUT|host-endpoint|^cali-[ft]h-/;
  return Object.fromEntries(chains.filter(([name]) => !ofTheHost.test(name)));
}

describe("a host endpoint of all interfaces", () => {
  const turns = (...inputs: readonly (typeof forAll)[]) => {
    const world = new ToldWorld();
    return [world.tell(...plain), ...inputs.map((input) => world.tell(input))];
  };

  it("costs what workloads send and receive nothing until it has forward or pre-DNAT policies, and nothing after", async () => {
    // By name rather than for all, it is not about workloads at any stage.
    const uplink = told("HostEndpoint", "all", { node: "n1", interfaceName: "eth0", profiles: ["open"] });
    for (const lower of [nftables, iptables]) {
      const before = await lower(turns(forAll));
      assert.deepEqual(await lower(turns(uplink)), before);
      assert.notDeepEqual(await lower(turns(forAll, outwards)), before);
      assert.notDeepEqual(await lower(turns(forAll, beforeNat)), before);
      assert.deepEqual(await lower(turns(forAll, outwards, noPolicy, beforeNat, noPolicy)), before);
    }
  });

  it("is asked once a receiver's policy allowed, even where no service loop is prevented", () => {
    const chains = iptables(turns(forAll, outwards));
    assert.deepEqual(chains["cali-allowed"], ["-o cali+ -j cali-to-hep-forward", "-j ACCEPT"]);
    assert.ok(chains["cali-pri-open"]?.some((rule) => rule.endsWith("-g cali-allowed")));
  });
});
