import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { seededRandom } from "../../../lib/random.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { describeReason, evaluate } from "../../../policy/evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { ADDRESSES, NODE } from "../../../policy/sim/random-world.ts";
import { DataplaneLab } from "../io/dataplane-lab.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { describePacket } from "../sim/describe-packet.ts";
import { HOST_ADDRESSES, LAB_INTERFACES, TRANSLATED, wayTo } from "../sim/lab-net.ts";
import { randomCase } from "../sim/random-case.ts";
import { hostSampleOutput } from "../sim/sample-hosts.ts";

const usual: FirewallOptions = { ...defaultOptions, endpointToHost: "Return", sourceSpoofing: "Any" };
const otherwise: FirewallOptions = {
  ...usual,
  allowAction: "Return",
  preDnatAllowAction: "Return",
  denyAction: "Reject",
  serviceLoopPrevention: "Reject",
  floatingAddresses: true,
  logRate: { rate: 5, per: "minute", burst: 7 },
  natPorts: { from: 40000, to: 50000 },
  natInterfaces: "up+",
  natExclusions: "IPPoolsAndHostIPs",
  dropGroup: 7,
};

for (const kind of ["iptables-nft", "iptables-legacy"] as const) {
  describe(`${kind} in a namespace`, function () {
    this.timeout(120_000);
    let serial = 0;
    let lab: DataplaneLab;
    const start = async (options: FirewallOptions): Promise<void> => {
      lab = new DataplaneLab(`manx-policy-${process.pid}-${kind.slice(9)}${++serial}`, kind, options);
      await lab.open();
    };
    afterEach(() => lab.close());

    it("asks about what the node sends to an address that is translated, after it was", async () => {
      await start(usual);
      const verdicts = new Set<string>();
      for (let seed = 1; seed <= 25; seed++) {
        const { output, state } = randomCase(seededRandom(seed), usual, { hosts: true });
        const packets = translatedPackets(output);
        await lab.enforce(output);
        const passed = await lab.send(packets);
        for (const [at, packet] of packets.entries()) {
          const { verdict, reason } = evaluate(state, usual, packet);
          const why = `seed ${seed}, ${describePacket(packet)}: ${describeReason(reason)}`;
          assert.equal(passed[at], verdict === "allow", why);
          verdicts.add(`${verdict} ${reason.by}`);
        }
      }
      for (const seen of ["allow rule", "deny no profile", "deny end of tier", "allow failsafe port"])
        assert.ok(verdicts.has(seen), `${seen} among ${[...verdicts].join(", ")}`);
    });

    it("lets through as many packets at once as a limit's burst has, and those of others", async () => {
      await start(usual);
      await lab.enforce(limitedOutput());
      const packets = Array.from({ length: 10 }, (_, n) => udp(ADDRESSES[4], ADDRESSES[n < 8 ? 0 : 1], n));
      const passed = await lab.send(packets);
      assert.deepEqual(passed, [true, true, true, false, false, false, false, false, true, true]);
      const counts = await lab.counters();
      assert.equal(counts.find(({ name }) => name === "packet rate of red/limited, ingress")?.packets, 5);
    });

    it("lets what policy allowed through a host that forwards nothing by itself", async () => {
      await start(usual);
      const netns = lab.lab.node;
      execFileSync("ip", ["netns", "exec", netns, `iptables-${kind.slice(9)}`, "-P", "FORWARD", "DROP"]);
      await lab.enforce(limitedOutput());
      const [out, within, past] = [
        udp(ADDRESSES[1], ADDRESSES[4], 1),
        udp(ADDRESSES[0], ADDRESSES[1], 2),
        udp(ADDRESSES[4], "10.67.0.1", 3),
      ];
      assert.deepEqual(await lab.send([out, within, past]), [true, true, false]);
    });

    it("loads what a node with everything is told", async () => {
      await start(otherwise);
      await lab.enforce(hostSampleOutput());
      const names = (await lab.counters()).map(({ name }) => name);
      for (const name of [
        "StagedNetworkPolicy shop/web ingress[1]",
        "floating address of shop/web",
        "natOutgoing",
        "service loop",
      ])
        assert.ok(names.includes(name), `${name} among ${names.join(", ")}`);
    });
  });
}

/** What the node sends to each service, except by interfaces where it would not be tracked and so not be translated. */
function translatedPackets({ hosts }: PolicyOutput): Packet[] {
  const untracked = new Set<string>();
  for (const { key, ...change } of hosts)
    if (change.kind === "set" && change.value.stages.untracked.egress.tiers.length > 0) untracked.add(key);
  const packets: Packet[] = [];
  for (const [service, backend] of TRANSLATED) {
    const destination = parseAddress(backend)!;
    const outInterface = wayTo(destination)!;
    if (untracked.has(outInterface) || untracked.has("*")) continue;
    const source = HOST_ADDRESSES.map((text) => parseAddress(text)!).find(
      ({ family }) => family === destination.family,
    )!;
    const preDnat = { destination: parseAddress(service)! };
    for (const [protocol, destinationPort] of [
      [6, 80],
      [6, 179],
      [17, 8080],
      [6, 443],
    ] as const)
      packets.push({ source, destination, protocol, sourcePort: 1000, destinationPort, outInterface, preDnat });
  }
  return packets;
}

/** Two workloads, of which the first may receive three packets at once and one a second. */
function limitedOutput(): PolicyOutput {
  const graph = new PolicyGraph(NODE);
  const put = (kind: string, key: string, spec: object) => {
    const [namespace, name] = key.includes("/") ? key.split("/") : [undefined, key];
    const value = { kind, apiVersion: "projectcalico.org/v3", metadata: { name, namespace }, spec };
    graph.on({ kind, change: { kind: "set", key, value } } as unknown as PolicyInput);
  };
  put("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] });
  for (const [n, name] of ["limited", "free"].entries()) {
    const limits = n === 0 ? { qosControls: { ingressPacketRate: 1, ingressPacketBurst: 3 } } : {};
    const spec = { node: NODE, interfaceName: LAB_INTERFACES[n]!.name, ipNetworks: [`${ADDRESSES[n]}/32`] };
    put("WorkloadEndpoint", `red/${name}`, { ...spec, ...limits, profiles: ["open"] });
  }
  return graph.flush();
}

function udp(from: string, to: string, port: number): Packet {
  const [source, destination] = [parseAddress(from)!, parseAddress(to)!];
  const [inInterface, outInterface] = [wayTo(source)!, wayTo(destination)!];
  return { source, destination, protocol: 17, sourcePort: 5000 + port, destinationPort: 80, inInterface, outInterface };
}
