import assert from "node:assert/strict";
import { answer, tuple } from "../../kernel/ctnetlink/conntrack.contract.ts";
import type { Flow, FlowTuple } from "../../kernel/ctnetlink/flow.ts";
import { formatAddress } from "../../net/address-text.ts";
import { describeReason } from "../../policy/evaluate.ts";
import { plainNode, ToldWorld, told } from "../../policy/sim/told-world.ts";
import { type FlowWorld, flowJudge, packetOf } from "./judged-flow.ts";

const tier = told("Tier", "default", { order: 1000, defaultAction: "Deny" });
const open = told("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] });
const pods = ["1", "2"].map((n) =>
  told(
    "WorkloadEndpoint",
    `shop/pod${n}`,
    {
      node: "n1",
      interfaceName: `cali${n}`,
      ipNetworks: [`10.65.0.${n}/32`, `fd65::${n}/128`],
      profiles: ["open"],
    },
    { pod: n },
  ),
);
const interfaces = new Map([1, 2].flatMap((n) => [`10.65.0.${n}`, `fd65::${n}`].map((text) => [text, `cali${n}`])));

function worldOf(state: ToldWorld["state"]): FlowWorld {
  return {
    view: state,
    node: { ...plainNode, endpointToHost: "Accept" },
    interfaceOf: (address) => interfaces.get(formatAddress(address)),
    isHost: (address) => formatAddress(address) === "10.9.0.1",
  };
}

function flow(original: FlowTuple, reply = answer(original)): Flow {
  return { original, reply, zone: 0, id: 1, status: 0, mark: 0 };
}

/** A policy that lets through only what `rules` do. */
function policy(selector: string, types: readonly string[], rules: object) {
  return told("GlobalNetworkPolicy", "p", { tier: "default", selector, types, ...rules });
}

describe("an established connection", () => {
  const ask = (world: ToldWorld, of: Flow): string | undefined => {
    const reason = flowJudge(worldOf(world.state))(of);
    return reason && describeReason(reason);
  };
  const tcp = (source: string, destination: string, destinationPort = 80) =>
    tuple(source, destination, { protocol: 6, sourcePort: 4000, destinationPort });

  it("between workloads is judged by both, in the direction it was opened in", () => {
    const world = new ToldWorld(tier, open, ...pods);
    const opened = flow(tcp("10.65.0.1", "10.65.0.2"));
    assert.equal(ask(world, opened), undefined);
    world.tell(policy("pod == '2'", ["Ingress"], { ingress: [] }));
    assert.match(ask(world, opened)!, /end of tier default, ingress of shop\/pod2/);
    assert.equal(ask(world, flow(tcp("10.65.0.2", "10.65.0.1"))), undefined);
    world.tell(policy("pod == '1'", ["Egress"], { egress: [] }));
    assert.match(ask(world, opened)!, /egress of shop\/pod1/);
  });

  it("to a service is judged by where it was translated to, and knows where it was sent", () => {
    const original = tcp("10.65.0.1", "10.96.0.1", 443);
    const reply = tuple("10.65.0.2", "10.65.0.1", { protocol: 6, sourcePort: 8443, destinationPort: 4000 });
    const world = new ToldWorld(
      tier,
      open,
      ...pods,
      policy("pod == '2'", ["Ingress"], {
        ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: [8443] } }],
      }),
    );
    assert.equal(ask(world, flow(original, reply)), undefined);
    const packet = packetOf(flow(original, reply), worldOf(world.state))!;
    assert.deepEqual([packet.inInterface, packet.outInterface, packet.destinationPort], ["cali1", "cali2", 8443]);
    assert.deepEqual([formatAddress(packet.preDnat!.destination), packet.preDnat!.destinationPort], ["10.96.0.1", 443]);
    assert.notEqual(ask(world, flow(tcp("10.65.0.1", "10.65.0.2", 443))), undefined);
  });

  it("from outside and to outside is judged by the one workload, whatever host endpoints say", () => {
    const rest = told("HostEndpoint", "rest", { node: "n1", interfaceName: "*" }, { role: "rest" });
    const shut = told("GlobalNetworkPolicy", "host", {
      tier: "default",
      selector: "role == 'rest'",
      applyOnForward: true,
      types: ["Ingress", "Egress"],
    });
    const world = new ToldWorld(tier, open, ...pods, rest, shut);
    assert.equal(ask(world, flow(tcp("192.0.2.1", "10.65.0.1"))), undefined);
    assert.equal(ask(world, flow(tcp("fd65::1", "2001:db8::1"))), undefined);
    world.tell(policy("pod == '1'", ["Ingress", "Egress"], {}));
    assert.match(ask(world, flow(tcp("192.0.2.1", "10.65.0.1")))!, /ingress of shop\/pod1/);
    assert.match(ask(world, flow(tcp("fd65::1", "2001:db8::1")))!, /egress of shop\/pod1/);
  });

  it("with the node itself: from the node never denied, to the node by egress alone", () => {
    const world = new ToldWorld(tier, open, ...pods, policy("pod == '1'", ["Ingress", "Egress"], {}));
    assert.equal(ask(world, flow(tcp("10.9.0.1", "10.65.0.1"))), undefined);
    assert.match(ask(world, flow(tcp("10.65.0.1", "10.9.0.1")))!, /egress of shop\/pod1/);
    assert.equal(ask(world, flow(tcp("10.65.0.2", "10.9.0.1"))), undefined);
  });

  it("of ICMP has type and code", () => {
    const original = tuple("10.65.0.1", "10.65.0.2", { protocol: 1, icmp: { type: 8, code: 0, id: 7 } });
    const packet = packetOf(flow(original), worldOf(new ToldWorld().state))!;
    assert.deepEqual(
      [packet.icmpType, packet.icmpCode, packet.sourcePort, packet.preDnat],
      [8, 0, undefined, undefined],
    );
  });

  it("of nobody here, or of a workload that policy does not know yet, is let be", () => {
    const world = new ToldWorld(tier, open);
    assert.equal(ask(world, flow(tcp("192.0.2.1", "192.0.2.2"))), undefined);
    assert.equal(ask(world, flow(tcp("10.65.0.1", "10.65.0.2"))), undefined);
  });
});
