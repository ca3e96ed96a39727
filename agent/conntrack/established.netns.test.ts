import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openConntrack } from "../../kernel/ctnetlink/io/conntrack.ts";
import type { Conntrack } from "../../kernel/ctnetlink/port.ts";
import { eventually, type ScratchNetns, scratchNetns } from "../../kernel/io/scratch-netns.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { plainNode, ToldWorld, told } from "../../policy/sim/told-world.ts";
import type { ConntrackFact } from "./fact.ts";
import { FlowCutter } from "./flow-cutter.ts";
import { Reevaluation } from "./reevaluate.ts";

/** A firewall as the dataplanes write it: what is established passes unasked. Who may begin stands in a set. */
const rules = `table inet filter {
  set ports { type inet_service; elements = { 7777 }; }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established accept
    udp dport @ports accept
  }
}`;

/** Asks the server once from a fixed port; prints whether the answer came. */
const exchange = `
import socket
def at(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.settimeout(0.2)
    return s
server, client = at("10.65.0.2", 7777), at("10.65.0.1", 4000)
client.sendto(b"ask", ("10.65.0.2", 7777))
try:
    server.sendto(server.recvfrom(9)[0], ("10.65.0.1", 4000))
    client.recvfrom(9)
    print("answered")
except socket.timeout:
    print("lost")
`;

describe("established UDP, on this kernel", () => {
  let netns: ScratchNetns;
  let conntrack: Conntrack;
  let facts: ConntrackFact[];
  beforeEach(() => {
    netns = scratchNetns("established");
    conntrack = openConntrack({ netns: netns.path });
    facts = [];
    for (const address of ["10.65.0.1/32", "10.65.0.2/32"]) netns.ip(`addr add ${address} dev lo`);
    run(["nft", "-f", "-"], rules);
  });
  afterEach(() => {
    conntrack?.close();
    netns?.close();
  });

  const run = (words: string[], input = ""): string =>
    execFileSync("ip", ["netns", "exec", netns.name, ...words], { input, encoding: "utf8", stdio: "pipe" });
  const ask = (): string => run(["python3", "-c", exchange]).trim();
  const forbid = (): string => run(["nft", "delete element inet filter ports { 7777 }"]);
  const tell = (fact: ConntrackFact): void => void facts.push(fact);

  it("goes on after policy has changed, until the connections of its address are cut", async () => {
    assert.equal(ask(), "answered");
    forbid();
    assert.equal(ask(), "answered");
    const cutter = new FlowCutter({ conntrack, clock: systemClock, tell });
    cutter.cut([parseAddress("10.65.0.2")!]);
    await cutter.settled();
    assert.equal(ask(), "lost");
    assert.deepEqual(
      facts.map((fact) => fact.fact === "agent.flows-cut" && fact.flows),
      [1],
    );
  });

  it("ends when it is judged again and denied, and only then", async () => {
    const policies = new ToldWorld(
      told("Tier", "default", { order: 1000, defaultAction: "Deny" }),
      told("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] }),
      told("WorkloadEndpoint", "shop/server", {
        node: "n1",
        interfaceName: "cali1",
        ipNetworks: ["10.65.0.2/32"],
        profiles: ["open"],
      }),
    );
    const clock = new SimClock();
    const judging = new Reevaluation({
      conntrack,
      clock,
      tell,
      addresses: () => [parseAddress("10.65.0.2")!],
      world: () => ({
        view: policies.state,
        node: plainNode,
        interfaceOf: (address) => (formatAddress(address) === "10.65.0.2" ? "cali1" : undefined),
        isHost: () => false,
      }),
    });
    try {
      assert.equal(ask(), "answered");
      judging.policyChanged();
      clock.advance(seconds(1));
      await eventually("a first judging", () => facts.length === 1);
      forbid();
      assert.equal(ask(), "answered");
      policies.tell(
        told("GlobalNetworkPolicy", "shut", { tier: "default", selector: "all()", types: ["Ingress"], ingress: [] }),
      );
      judging.policyChanged();
      clock.advance(seconds(1));
      await eventually("a second judging", () => facts.length === 2);
      assert.equal(ask(), "lost");
      assert.deepEqual(
        facts.map((fact) => fact.fact === "agent.flows-judged" && [fact.flows, fact.denied]),
        [
          [1, 0],
          [1, 1],
        ],
      );
    } finally {
      judging.close();
    }
  });
});
