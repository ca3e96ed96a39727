import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FelixConfiguration } from "../../datastore/model/felix-configuration.ts";
import type { HostEndpoint } from "../../datastore/model/host-endpoint.ts";
import type { AgentStatus } from "../api/status.ts";
import { AgentLab } from "./agent-lab.ts";
import { blueProfile, endpointOf } from "./sample-resources.ts";

const apiVersion = "projectcalico.org/v3";
const felix = (spec: FelixConfiguration["spec"]): FelixConfiguration => ({
  kind: "FelixConfiguration",
  apiVersion,
  metadata: { name: "default" },
  spec,
});
const host: HostEndpoint = {
  kind: "HostEndpoint",
  apiVersion,
  metadata: { name: "uplink" },
  spec: { node: "n1", expectedIPs: ["192.0.2.11"] },
};

describe("the settings of a running agent", function () {
  this.timeout(20_000);
  let lab: AgentLab;
  beforeEach(() => void (lab = new AgentLab()));
  afterEach(() => lab.close());

  for (const [name, mode] of [
    ["nftables", "Enabled"],
    ["iptables", "Disabled"],
  ] as const)
    it(`change while it runs, with no rule gone meanwhile; those that cannot are named once (${name})`, async () => {
      const rules = (): string =>
        mode === "Enabled" ? lab.run("nft", "list", "table", "inet", "manx") : lab.run("iptables-nft-save");
      const log = join(lab.folder, "felix.cfg");
      writeFileSync(log, "[global]\nFailsafeOutboundHostPorts = udp:5353\nHealthPort = 9\n");
      lab.addInterface("cali1");
      await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"), host);
      const agent = await lab.ready({
        FELIX_NFTABLESMODE: mode,
        FELIX_IPTABLESBACKEND: "nft",
        FELIX_CONFIGFILE: log,
        FELIX_LOGSEVERITYSCREEN: "",
      });
      await lab.until("the host endpoint, found by its address", () => /v0/.test(rules()));
      await lab.until("the failsafe ports", () => /\b6667\b/.test(rules()) && /\b5353\b/.test(rules()));
      const port = { protocol: "tcp", port: 4711, net: "192.0.2.0/24" };
      await lab.apply(felix({ failsafeInboundHostPorts: [port], healthPort: 8, interfacePrefix: "tap" }));
      await lab.until("the other failsafe port", () => /\b4711\b/.test(rules()) && !/\b6667\b/.test(rules()));
      assert.match(rules(), /192\.0\.2\.0\/24/);
      const told = (): string[] =>
        agent.facts.filter(({ msg }) => msg === "agent.configuration").map(({ problem }) => String(problem));
      await lab.until("what waits to be told", () => told().length > 0);
      const waits = told();
      assert.equal(waits.length, 1, waits.join("\n"));
      assert.match(waits[0]!, /interfacePrefix.*restarts/);
      const status = (await lab.ask({ do: "status" })) as AgentStatus;
      assert.equal(status.waitingSettings, "interfacePrefix", "the environment's healthPort counts more than both");
      assert.equal(status.firewall?.kind, mode === "Enabled" ? "nftables" : "iptables-nft");
      await lab.apply(felix({ failsafeInboundHostPorts: [{ protocol: "tcp", port: 0 }], logSeverityScreen: "None" }));
      await lab.until("what is wrong", () =>
        agent.facts.some(({ problem }) => /spec.failsafeInboundHostPorts = 'tcp:0': ports such/.test(String(problem))),
      );
      await lab.until("Calico's own again", () => /\b6667\b/.test(rules()));
    });
});
