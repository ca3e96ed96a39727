import assert from "node:assert/strict";
import { AgentLab, type AgentProcess } from "./agent-lab.ts";
import { blueProfile, endpointOf } from "./sample-resources.ts";

describe("an agent whose work somebody undoes", function () {
  this.timeout(20_000);
  let lab: AgentLab;
  let agent: AgentProcess;
  before(async () => {
    lab = new AgentLab();
    for (const name of ["cali1", "cali2"]) lab.addInterface(name);
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"), endpointOf("b", "cali2", "10.65.0.2"));
    agent = await lab.ready({ MANX_DEBUG_FACTS: "true" });
    await lab.until("the routes", () => lab.routes(77).length === 2);
  });
  after(() => lab.close());

  const route = (n: number): string => `10.65.0.${n} dev cali${n} scope link metric 1024`;
  const both = [route(1), route(2)].join();
  const rules = (): string => lab.run("nft", "--stateless", "list", "ruleset");
  const neighbour = (name: string): string => lab.netns.ip(`neigh show nud permanent dev ${name}`).trim();

  const undone: readonly (readonly [string, readonly string[]])[] = [
    ["nft flush ruleset", ["nft", "flush", "ruleset"]],
    ["the table is deleted", ["nft", "delete", "table", "inet", "manx"]],
    ["a chain is flushed", ["nft", "flush", "chain", "inet", "manx", "from-cali1"]],
    ["a rule is put first", ["nft", "insert", "rule", "inet", "manx", "forward", "accept"]],
    ["a set loses its elements", ["nft", "flush", "set", "inet", "manx", "workload-sources-v4"]],
    ["a chain appears", ["nft", "add", "chain", "inet", "manx", "somebody"]],
  ];
  for (const [what, command] of undone) {
    it(`has its rules again when ${what}`, async () => {
      const before = rules();
      lab.run(...command);
      await lab.until("the rules", () => rules() === before);
    });
  }

  it("has its route again when it is deleted, and tells", async () => {
    lab.netns.ip("route del 10.65.0.1/32 dev cali1");
    await lab.until("the route", () => lab.routes(77).join() === both);
    await lab.until("the news", () => agent.facts.some(({ msg }) => msg === "kernel.route.repaired"));
  });

  it("has all routes again when all are flushed", async () => {
    lab.netns.ip("route flush proto 77");
    await lab.until("the routes", () => lab.routes(77).join() === both);
  });

  it("has its route again when it is replaced by another way", async () => {
    lab.netns.ip("route replace 10.65.0.1/32 dev cali2 metric 1024 proto 77 scope link");
    await lab.until("the route", () => lab.routes(77).join() === both);
  });

  it("takes away what somebody adds in its name", async () => {
    lab.netns.ip("route add 10.65.0.99/32 dev cali1 metric 1024 proto 77 scope link");
    await lab.until("the routes", () => lab.routes(77).join() === both);
  });

  it("gives an interface that was down its route and its neighbour back", async () => {
    const before = neighbour("cali1");
    assert.match(before, /^10\.65\.0\.1 lladdr 02:00:00:00:00:01/);
    lab.netns.ip("link set cali1 down");
    await lab.until("the route to go", () => lab.routes(77).join() === route(2));
    lab.netns.ip("link set cali1 up");
    await lab.until("the route", () => lab.routes(77).join() === both);
    await lab.until("the neighbour", () => neighbour("cali1") === before);
    assert.equal(neighbour("cali2").split(" ")[0], "10.65.0.2");
  });

  it("does so also when it is up again before anybody has looked", async () => {
    const before = neighbour("cali1");
    for (let i = 0; i < 3; i++) {
      lab.run("sh", "-c", "ip link set cali1 down; ip link set cali1 up");
      await lab.until("the route", () => lab.routes(77).join() === both);
      await lab.until("the neighbour", () => neighbour("cali1") === before);
    }
  });

  it("follows an interface that is made anew under its name", async () => {
    const old = lab.netns.ifindex("cali2");
    lab.netns.ip("link del cali2");
    lab.addInterface("cali2");
    assert.notEqual(lab.netns.ifindex("cali2"), old);
    await lab.until("the route", () => lab.routes(77).join() === both);
    await lab.until("the neighbour", () => neighbour("cali2").startsWith("10.65.0.2 lladdr 02:00:00:00:00:02"));
    const forwarding = (): string => lab.run("sysctl", "-n", "net.ipv4.conf.cali2.route_localnet").trim();
    await lab.until("the settings", () => forwarding() === "1");
  });

  it("follows an interface that gets its name late", async () => {
    await lab.apply(endpointOf("c", "cali3", "10.65.0.3"));
    lab.addInterface("other3");
    lab.netns.ip("link set other3 down");
    lab.netns.ip("link set other3 name cali3");
    lab.netns.ip("link set cali3 up");
    await lab.until("the route", () => lab.routes(77).includes(route(3)));
    await lab.client.delete({ kind: "WorkloadEndpoint", namespace: "blue", name: "n1-k8s-c-eth0" });
    await lab.until("the route to go", () => lab.routes(77).join() === both);
  });
});
