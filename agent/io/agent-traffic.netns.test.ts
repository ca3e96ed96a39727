import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentStatus } from "../api/status.ts";
import { AgentLab } from "./agent-lab.ts";
import { blueProfile, endpointOf } from "./sample-resources.ts";

describe("an endpoint's traffic and its state", function () {
  this.timeout(20_000);
  let lab: AgentLab;
  beforeEach(() => void (lab = new AgentLab()));
  afterEach(() => lab.close());

  const qdiscs = (): string => lab.run("tc", "qdisc", "show", "dev", "cali1");
  const limited = (bits: number) => {
    const endpoint = endpointOf("a", "cali1", "10.65.0.1");
    return { ...endpoint, spec: { ...endpoint.spec, qosControls: { ingressBandwidth: bits } } };
  };

  /** Endpoints start without connections: from here on they keep those that they make. */
  const settled = (): Promise<void> =>
    lab.until("endpoints to be up", async () => {
      const { workloads } = (await lab.ask({ do: "status" })) as AgentStatus;
      return workloads.length > 0 && workloads.every(({ state }) => state === "up");
    });

  it("is limited as its WorkloadEndpoint says, also after that says otherwise", async () => {
    lab.addInterface("cali1");
    await lab.apply(blueProfile, limited(8_000_000));
    await lab.ready();
    await lab.until("the limit", () => /tbf .*rate 8Mbit/.test(qdiscs()));
    await lab.apply(limited(16_000_000));
    await lab.until("the other limit", () => /tbf .*rate 16Mbit/.test(qdiscs()));
    await lab.apply(endpointOf("a", "cali1", "10.65.0.1"));
    await lab.until("no limit", () => !/tbf/.test(qdiscs()));
  });

  it("leaves no connections behind when it goes, loses an address, or went while no agent looked", async () => {
    for (const name of ["cali1", "cali2"]) lab.addInterface(name);
    const connect = (address: string): void => {
      const tuple = ["-p", "udp", "-s", address, "-d", "192.0.2.1", "--sport", "1000", "--dport", "53", "-t", "600"];
      lab.run("conntrack", "-I", ...tuple);
    };
    const connected = (): readonly string[] =>
      [...lab.run("conntrack", "-L").matchAll(/src=(10\.65\.\S+) dst=192/g)].map(([, address]) => address!).sort();
    const [a, b] = [endpointOf("a", "cali1", "10.65.0.1"), endpointOf("b", "cali2", "10.65.0.2")];
    await lab.apply(blueProfile, a, b);
    const first = await lab.ready();
    await settled();
    for (const address of ["10.65.0.1", "10.65.0.2", "10.65.0.3"]) connect(address);
    await lab.apply(endpointOf("a", "cali1", "10.65.0.9"));
    await lab.until("the address that was lost", () => connected().join() === "10.65.0.2,10.65.0.3");
    await first.end("SIGTERM");
    await lab.client.delete({ kind: "WorkloadEndpoint", namespace: "blue", name: "n1-k8s-b-eth0" });
    await lab.ready();
    await lab.until("the endpoint that went meanwhile", () => connected().join() === "10.65.0.3");
    // What an endpoint left whose interface went with its routes nobody knows of, until somebody gets the address.
    await lab.apply(endpointOf("b", "cali2", "10.65.0.3"));
    await lab.until("the address that is somebody else's now", () => connected().join() === "");
  });

  it("keeps its connections through a restart", async () => {
    lab.addInterface("cali1");
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"));
    const first = await lab.ready();
    await settled();
    const tuple = ["-p", "udp", "-s", "10.65.0.1", "-d", "192.0.2.1", "--sport", "1000", "--dport", "53", "-t", "600"];
    lab.run("conntrack", "-I", ...tuple);
    await first.end("SIGTERM");
    await lab.ready();
    await settled();
    assert.match(lab.run("conntrack", "-L"), /src=10\.65\.0\.1/);
  });

  it("is limited again when a hand has changed the limit", async () => {
    lab.addInterface("cali1");
    await lab.apply(blueProfile, limited(8_000_000));
    await lab.ready({ FELIX_IPSETSREFRESHINTERVAL: "1" });
    await lab.until("the limit", () => /tbf .*rate 8Mbit/.test(qdiscs()));
    const words = "qdisc change dev cali1 root tbf rate 1mbit burst 10kb latency 50ms";
    lab.run("tc", ...words.split(" "));
    assert.match(qdiscs(), /rate 1Mbit/);
    await lab.until("the limit again", () => /tbf .*rate 8Mbit/.test(qdiscs()));
  });

  it("loses the connections to a floating address that is another workload's now", async () => {
    for (const name of ["cali1", "cali2"]) lab.addInterface(name);
    const floating = (which: string, name: string, internalIP: string, externalIP?: string) => {
      const endpoint = endpointOf(which, name, internalIP);
      return { ...endpoint, spec: { ...endpoint.spec, ipNATs: externalIP ? [{ internalIP, externalIP }] : [] } };
    };
    await lab.apply(
      blueProfile,
      floating("a", "cali1", "10.65.0.1", "198.51.100.7"),
      floating("b", "cali2", "10.65.0.2"),
    );
    await lab.ready({ FELIX_FLOATINGIPS: "Enabled" });
    await settled();
    const tuple = ["-p", "udp", "-s", "192.0.2.1", "-d", "198.51.100.7", "--sport", "9", "--dport", "53", "-t", "600"];
    lab.run("conntrack", "-I", ...tuple);
    assert.match(lab.run("conntrack", "-L"), /dst=198\.51\.100\.7/);
    await lab.apply(floating("a", "cali1", "10.65.0.1"), floating("b", "cali2", "10.65.0.2", "198.51.100.7"));
    await lab.until("no connection", () => !/198\.51\.100\.7/.test(lab.run("conntrack", "-L")));
  });

  it("that policy denies from now on ends, also where it is established, when that is asked for", async () => {
    for (const name of ["cali1", "cali2"]) lab.addInterface(name);
    const connect = (from: string, to: string): void => {
      const tuple = [
        "-p",
        "udp",
        "-s",
        from,
        "-d",
        to,
        "--sport",
        "1000",
        "--dport",
        "53",
        "-t",
        "600",
        "-u",
        "SEEN_REPLY",
      ];
      lab.run("conntrack", "-I", ...tuple);
    };
    const connected = (): string => [...lab.run("conntrack", "-L").matchAll(/src=(10\.65\.0\.[12]) /g)].sort().join();
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"), endpointOf("b", "cali2", "10.65.0.2"));
    await lab.ready({ MANX_REEVALUATE_FLOWS: "true" });
    await settled();
    connect("10.65.0.1", "192.0.2.1");
    connect("10.65.0.2", "192.0.2.1");
    assert.match(connected(), /10\.65\.0\.1.*10\.65\.0\.2/);
    const { spec } = endpointOf("b", "cali2", "10.65.0.2");
    await lab.apply({ ...endpointOf("b", "cali2", "10.65.0.2"), spec: { ...spec, profiles: [] } });
    await lab.until("the denied connection to go", () => !/10\.65\.0\.2/.test(connected()));
    assert.match(connected(), /10\.65\.0\.1/);
  });

  it("is told as in error while somebody else's route is in its way", async () => {
    for (const name of ["cali1", "other"]) lab.addInterface(name);
    lab.netns.ip("route add 10.65.0.1/32 dev other proto static metric 1024");
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"));
    await lab.ready({ FELIX_ENDPOINTREPORTINGENABLED: "true", FELIX_ENDPOINTREPORTINGDELAYSECS: "0" });
    const state = async () =>
      (await lab.store.get("/calico/felix/v2/no-region/host/n1/workload/k8s/blue%2fa/endpoint/eth0"))?.value;
    await lab.until("the error", async () => (await state()) === '{"status":"error"}');
    const { workloads } = (await lab.ask({ do: "status" })) as AgentStatus;
    const why = "another program's route to 10.65.0.1/32 is in the way";
    assert.deepEqual([workloads[0]?.state, workloads[0]?.why], ["error", why]);
    lab.netns.ip("route del 10.65.0.1/32 dev other proto static metric 1024");
    await lab.until("its being up", async () => (await state()) === '{"status":"up"}');
  });

  it("is told in files and in the datastore, as up when the kernel confirms it and its interface carries packets", async () => {
    lab.addInterface("cali1");
    lab.netns.ip("link set far-cali1 down");
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"));
    const enabled = { FELIX_ENDPOINTREPORTINGENABLED: "true", FELIX_ENDPOINTREPORTINGDELAYSECS: "0" };
    const agent = await lab.ready({ ...enabled, FELIX_PROMETHEUSMETRICSENABLED: "true" });
    const folder = join(lab.folder, "endpoint-status");
    const state = async (): Promise<string | undefined> =>
      (await lab.store.get("/calico/felix/v2/no-region/host/n1/workload/k8s/blue%2fa/endpoint/eth0"))?.value;
    await lab.until("the state", async () => (await state()) === '{"status":"down"}');
    assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
    lab.netns.ip("link set far-cali1 up");
    await lab.until("the file", () => readdirSync(folder).join() === "k8s blue%2Fa eth0");
    assert.equal(JSON.parse(readFileSync(join(folder, "k8s blue%2Fa eth0"), "utf8")).ifaceName, "cali1");
    const host = {
      kind: "HostEndpoint",
      metadata: { name: "uplink" },
      spec: { node: "n1", interfaceName: "v0" },
    } as const;
    await lab.apply({ ...host, apiVersion: "projectcalico.org/v3" });
    const hostState = async () => (await lab.store.get("/calico/felix/v1/host/n1/endpoint/uplink"))?.value;
    await lab.until("the state of the host endpoint", async () => (await hostState()) === '{"status":"up"}');
    await lab.until("the other state", async () => (await state()) === '{"status":"up"}');
    await agent.end("SIGTERM");
    assert.equal(readdirSync(folder).length, 1, "what forwards stays up");
    await lab.client.delete({ kind: "WorkloadEndpoint", namespace: "blue", name: "n1-k8s-a-eth0" });
    await lab.ready(enabled);
    await lab.until("the file to go", () => readdirSync(folder).length === 0);
    await lab.until("the state to go", async () => (await state()) === undefined);
  });
});
