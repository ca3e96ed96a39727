import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { NetworkPolicy } from "../../../datastore/model/network-policy.ts";
import type { Tier } from "../../../datastore/model/tier.ts";
import type { PolicyCountersAnswer, PolicyDropsAnswer, PolicyTraceAnswer } from "../../api/explain.ts";
import type { SocketRequest } from "../../api/socket.ts";
import { AgentLab } from "../../io/agent-lab.ts";
import { blueProfile, endpointOf } from "../../io/sample-resources.ts";

const apiVersion = "projectcalico.org/v3";
const tier: Tier = { kind: "Tier", apiVersion, metadata: { name: "default" }, spec: { order: 1_000_000 } };
/** Longer than what fits a packet's tag. */
const name = `no-pings-${"x".repeat(60)}`;
const noPings: NetworkPolicy = {
  kind: "NetworkPolicy",
  apiVersion,
  metadata: { name, namespace: "blue" },
  spec: { selector: "all()", types: ["Egress"], egress: [{ action: "Deny", protocol: "ICMP" }, { action: "Allow" }] },
};
const rule = `NetworkPolicy blue/${name} egress[0]`;

function pod(lab: AgentLab, interfaceName: string, address: string): ReturnType<AgentLab["pod"]> {
  const netns = lab.pod();
  lab.netns.ip(`link add ${interfaceName} type veth peer name eth0 netns ${netns.name}`);
  lab.netns.ip(`link set ${interfaceName} address ee:ee:ee:ee:ee:ee up`);
  netns.ip("link set eth0 up");
  netns.ip(`address add ${address}/32 dev eth0`);
  netns.ip("route add 169.254.1.1 dev eth0 scope link");
  netns.ip("neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent");
  netns.ip("route add default via 169.254.1.1");
  return netns;
}

for (const [firewall, variables] of [
  ["nftables", { FELIX_NFTABLESMODE: "Enabled" }],
  ["iptables-nft", { FELIX_NFTABLESMODE: "Disabled", FELIX_IPTABLESBACKEND: "nft" }],
] as const) {
  describe(`an agent asked about its policy (${firewall})`, function () {
    this.timeout(30_000);
    let lab: AgentLab;
    beforeEach(() => void (lab = new AgentLab()));
    afterEach(() => lab.close());

    it("tells the rule that drops a packet: by its counter, as a live drop, and beforehand", async () => {
      const ask = async <T>(request: SocketRequest): Promise<T> => (await lab.ask(request)) as T;
      const ping = () => spawnSync("ip", ["netns", "exec", from.name, "ping", "-c", "1", "-W", "0.2", "10.65.0.2"]);
      const from = pod(lab, "cali1", "10.65.0.1");
      pod(lab, "cali2", "10.65.0.2");
      await lab.apply(
        tier,
        blueProfile,
        noPings,
        endpointOf("a", "cali1", "10.65.0.1"),
        endpointOf("b", "cali2", "10.65.0.2"),
      );
      await lab.ready(variables);
      const icmp = { do: "policy.trace", source: "10.65.0.1", destination: "10.65.0.2", protocol: 1 } as const;
      const ways = { icmpType: 8, inInterface: "cali1", outInterface: "cali2" };
      const traced = await ask<PolicyTraceAnswer>({ ...icmp, ...ways });
      assert.deepEqual([traced.verdict, traced.by], ["deny", rule]);
      const packets = async (): Promise<number | undefined> => {
        const { dataplane, rules } = await ask<PolicyCountersAnswer>({ do: "policy.counters", rules: [rule] });
        assert.equal(dataplane, firewall);
        return rules[0]?.packets;
      };
      assert.equal(await packets(), 0);
      let { next } = await ask<PolicyDropsAnswer>({ do: "policy.drops" });
      assert.equal(ping().status, 1, "the ping is dropped");
      assert.equal(await packets(), 1);
      let heard: PolicyDropsAnswer["drops"] = [];
      await lab.until("the drop to be told", async () => {
        const answer = await ask<PolicyDropsAnswer>({ do: "policy.drops", after: next });
        next = answer.next;
        heard = [...heard, ...answer.drops];
        return heard.length > 0;
      });
      const [drop] = heard;
      assert.deepEqual(
        [drop!.by, drop!.source, drop!.destination, drop!.protocol, drop!.icmpType, drop!.inInterface, drop!.from],
        [rule, "10.65.0.1", "10.65.0.2", 1, 8, "cali1", "blue/a"],
      );
    });
  });
}
