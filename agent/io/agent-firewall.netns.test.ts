import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { AgentLab } from "./agent-lab.ts";
import { blueProfile, endpointOf } from "./sample-resources.ts";

const program = new URL("../../bin/manx", import.meta.url).pathname;
const modes = {
  nftables: { FELIX_NFTABLESMODE: "Enabled" },
  "iptables-nft": { FELIX_NFTABLESMODE: "Disabled", FELIX_IPTABLESBACKEND: "nft" },
  "iptables-legacy": { FELIX_NFTABLESMODE: "Disabled", FELIX_IPTABLESBACKEND: "legacy" },
} as const;
type Mode = keyof typeof modes;

/** What of ours each firewall holds, one line a thing. */
function held(lab: AgentLab): Record<Mode | "sets", number> {
  const count = (text: string): number =>
    text.split("\n").filter((line) => /cali[-:46]|table inet manx/.test(line)).length;
  const saved = (variant: string): number =>
    ["iptables", "ip6tables"].reduce((sum, name) => sum + count(lab.run(`${name}-${variant}-save`)), 0);
  return {
    nftables: count(lab.run("nft", "list", "tables")),
    "iptables-nft": saved("nft"),
    "iptables-legacy": saved("legacy"),
    sets: count(lab.run("ipset", "list", "-n")),
  };
}

function cleanup(
  lab: AgentLab,
  ...words: readonly string[]
): { readonly status: number | null; readonly said: string } {
  const { PATH = "" } = process.env;
  const store = { EMBEDDED_STORE: join(lab.folder, "store.db"), DATASTORE_TYPE: "embedded" };
  const env = { PATH, MANX_RUN_DIR: lab.folder, IP: "192.0.2.11/24", NODENAME: "n1", ...store };
  const args = ["netns", "exec", lab.netns.name, program, "cleanup", ...words];
  const { status, stdout, stderr } = spawnSync("ip", args, { env, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

/** A namespace with one address behind a workload's interface; to everywhere by way of the host. */
function pod(lab: AgentLab, interfaceName: string, address: string): ReturnType<AgentLab["pod"]> {
  const netns = lab.pod();
  lab.netns.ip(`link add ${interfaceName} type veth peer name eth0 netns ${netns.name}`);
  lab.netns.ip(`link set ${interfaceName} address ee:ee:ee:ee:ee:ee up`);
  const last = Number(address.split(".")[3]).toString(16).padStart(2, "0");
  netns.ip(`link set eth0 address 02:00:00:00:00:${last} up`);
  netns.ip(`address add ${address}/32 dev eth0`);
  netns.ip("route add 169.254.1.1 dev eth0 scope link");
  netns.ip("neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent");
  netns.ip("route add default via 169.254.1.1");
  return netns;
}

interface Ping {
  /** Ends it; answers how many requests it sent and how many answers came. */
  end(): Promise<{ readonly sent: number; readonly received: number }>;
}

/** Echo requests, a hundred a second. */
function startPing(netns: string, to: string): Ping {
  const child = spawn("ip", ["netns", "exec", netns, "ping", "-q", "-i", "0.01", to], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return {
    async end() {
      child.kill("SIGINT");
      let text = "";
      for await (const part of child.stdout) text += String(part);
      const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
      return { sent: Number(sent), received: Number(received) };
    },
  };
}

describe("the firewall of an agent", function () {
  this.timeout(30_000);
  let lab: AgentLab;
  beforeEach(() => void (lab = new AgentLab()));
  afterEach(() => lab.close());

  it("is the one that is asked for; another one after a restart, without a gap, and nothing is left of the first", async () => {
    const [a, b] = [pod(lab, "cali1", "10.65.0.1"), pod(lab, "cali2", "10.65.0.2")];
    lab.netns.ip("address add 192.0.2.12/32 dev lo");
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"), endpointOf("b", "cali2", "10.65.0.2"));
    let pings: readonly Ping[] = [];
    for (const mode of ["nftables", "iptables-nft", "iptables-legacy", "nftables"] as const) {
      const agent = await lab.ready(modes[mode]);
      // A workload may talk to another one, and not to its host.
      if (pings.length === 0) pings = [startPing(a.name, "10.65.0.2"), startPing(b.name, "192.0.2.12")];
      await lab.until(`only ${mode}`, () => {
        const { sets, ...rest } = held(lab);
        const others = Object.entries(rest).filter(([name, count]) => name !== mode && count > 0);
        return others.length === 0 && rest[mode] > 0 && (mode !== "nftables" || sets === 0);
      });
      assert.ok(agent.facts.some((fact) => fact.msg === "agent.firewall" && fact["kind"] === mode));
      assert.equal(await agent.end("SIGTERM"), 0);
    }
    const [allowed, denied] = await Promise.all(pings.map((ping) => ping.end()));
    assert.ok(allowed!.sent > 100 && denied!.sent > 100, JSON.stringify([allowed, denied]));
    assert.ok(allowed!.sent - allowed!.received <= 1, `lost ${allowed!.sent - allowed!.received} of ${allowed!.sent}`);
    assert.equal(denied!.received, 0, "what is denied was never let through");
  });

  for (const mode of Object.keys(modes) as Mode[])
    it(`goes with everything else that was ours (${mode}), and what is others' stays`, async () => {
      lab.addInterface("cali1");
      lab.run("nft", "add table inet other { chain mine { counter drop; }; }");
      lab.run("iptables-nft", "-A", "INPUT", "-p", "tcp", "--dport", "7", "-j", "ACCEPT");
      lab.run("iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "8", "-j", "ACCEPT");
      lab.run("ipset", "create", "theirs", "hash:net");
      lab.netns.ip("route add 10.67.0.0/26 via 192.0.2.1 proto static");
      lab.netns.ip("neigh add 192.0.2.1 lladdr 02:00:00:00:00:98 dev v0 nud permanent");
      lab.run("tc", "qdisc", "add", "dev", "v0", "root", "tbf", "rate", "1gbit", "burst", "100k", "latency", "1ms");
      const endpoint = endpointOf("a", "cali1", "10.65.0.1");
      const qosControls = { ingressBandwidth: 8_000_000, egressBandwidth: 8_000_000 };
      lab.addInterface("wl1");
      lab.netns.ip("address add 169.254.0.179/32 dev wl1");
      await lab.apply(
        {
          kind: "FelixConfiguration",
          apiVersion: "projectcalico.org/v3",
          metadata: { name: "default" },
          spec: { interfacePrefix: "cali,wl" },
        },
        blueProfile,
        { ...endpoint, spec: { ...endpoint.spec, qosControls } },
        endpointOf("b", "wl1", "10.65.0.2"),
      );
      const reports = { FELIX_ENDPOINTREPORTINGENABLED: "true", FELIX_ENDPOINTREPORTINGDELAYSECS: "0" };
      const agent = await lab.ready({ ...modes[mode], ...reports });
      const told = async (): Promise<number> => (await lab.store.list("/calico/felix/v2/")).entries.length;
      await lab.until("the states", async () => (await told()) === 2);
      lab.netns.ip("route add 10.66.0.0/26 via 192.0.2.1 metric 1024 proto 78");
      await lab.until("the limits", () => /bwcali/.test(lab.netns.ip("link show type ifb")));
      const refused = cleanup(lab, "--yes");
      assert.equal(refused.status, 1);
      assert.match(refused.said, /an agent answers at .*agent\.sock/);
      await agent.end("SIGTERM");
      const dry = cleanup(lab, "--dry-run");
      assert.match(dry.said, /routes: 3\n(.*\n)*nothing was changed/);
      assert.match(cleanup(lab).said, /--yes would be right/);
      assert.ok(held(lab)[mode] > 0);
      const { status, said } = cleanup(lab, "--yes");
      assert.equal(status, 0, said);
      assert.deepEqual(held(lab), { nftables: 0, "iptables-nft": 0, "iptables-legacy": 0, sets: 0 });
      assert.deepEqual([lab.routes(77), lab.routes(78)], [[], []]);
      assert.doesNotMatch(lab.netns.ip("neigh show nud permanent"), /10\.65/);
      assert.doesNotMatch(
        lab.netns.ip("link show type ifb") + lab.run("tc", "qdisc", "show", "dev", "cali1"),
        /bwcali|tbf/,
      );
      assert.doesNotMatch(lab.netns.ip("address show dev wl1"), /169\.254/);
      assert.equal(await told(), 0);
      assert.match(lab.run("nft", "list", "table", "inet", "other"), /mine/);
      assert.match(lab.run("iptables-nft-save"), /dport 7/);
      assert.match(lab.run("iptables-legacy-save"), /dport 8/);
      assert.match(lab.run("ipset", "list", "-n"), /theirs/);
      assert.match(lab.netns.ip("route show proto static"), /10\.67/);
      assert.match(lab.netns.ip("neigh show nud permanent"), /192\.0\.2\.1 /);
      assert.match(lab.run("tc", "qdisc", "show", "dev", "v0"), /tbf/);
      assert.match(cleanup(lab, "--yes").said, /nothing of ours is here/);
    });
});
