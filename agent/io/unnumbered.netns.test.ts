import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { TwoHosts } from "../../bgp/io/two-hosts.ts";
import type { BgpPeersAnswer } from "../api/bgp.ts";

const bin = (name: string): string => new URL(`../../bin/${name}`, import.meta.url).pathname;

describe("manx speakers over a link without addresses (processes in namespaces)", function () {
  this.timeout(40_000);
  let hosts: TwoHosts;

  const config = (n: 1 | 2, more: object = {}): object => ({
    asn: 65000 + n,
    routerId: `10.${n}.0.1`,
    kernel: { table: "main", metric: 1024 },
    ebgpRequiresPolicy: false,
    families: ["ipv4", "ipv6"],
    peers: [{ interface: "eth0", asn: "external", connectRetrySeconds: 1, password: "hush", ttlSecurityHops: 1 }],
    routes: [{ prefix: `10.${n}.0.1/32` }],
    ...more,
  });
  const start = (netns: string, wish: object): ChildProcess => {
    const file = hosts.file(`${netns}.yaml`, JSON.stringify(wish));
    const environment = ["env", `MANX_RUN_DIR=${hosts.folder}/${netns}`];
    return hosts.start(netns, [...environment, bin("manx"), "speaker", "--config", file]);
  };
  const status = (netns: string): BgpPeersAnswer["peers"] => {
    const words = ["env", `MANX_RUN_DIR=${hosts.folder}/${netns}`, bin("manxctl"), "bgp", "peers", "-o", "json"];
    const text = hosts.output(netns, words);
    return text === "" ? [] : (JSON.parse(text) as BgpPeersAnswer).peers;
  };
  const routes = (netns: string, prefix: string): string => hosts.output(netns, ["ip", "route", "show", prefix]);
  const allRoutes = async (): Promise<void> => {
    await hosts.until("we have their route", () => routes(hosts.us, "10.2.0.1").includes("via inet6 fe80:"));
    await hosts.until("they have ours", () => routes(hosts.them, "10.1.0.1").includes("via inet6 fe80:"));
  };

  beforeEach(() => {
    hosts = new TwoHosts();
    for (const netns of [hosts.us, hosts.them]) {
      hosts.output(netns, ["ip", "-4", "addr", "flush", "dev", "eth0"]);
      // No duplicate address detection: it takes a second or two each time a link comes up.
      hosts.output(netns, ["sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"]);
    }
    for (const way of ["down", "up"]) hosts.output(hosts.us, ["ip", "link", "set", "eth0", way]);
  });
  afterEach(() => hosts.close());

  it("say that nobody was heard, then find each other; a changed file is followed", async () => {
    const us = start(hosts.us, config(1));
    await hosts.until("the interface is listed", () => status(hosts.us).length === 1);
    const [waiting] = status(hosts.us);
    assert.deepEqual([waiting!.name, waiting!.state], ["eth0", "Idle"]);
    await hosts.until("it says why", () => /no router advertisement heard on eth0 yet/.test(status(hosts.us)[0]!.why));
    start(hosts.them, config(2));
    await allRoutes();
    const [peer] = status(hosts.us);
    assert.match(peer!.name, /^fe80::.*%eth0$/);
    assert.deepEqual([peer!.interface, peer!.state, peer!.asn], ["eth0", "Established", 65002]);

    hosts.file(`${hosts.us}.yaml`, JSON.stringify(config(1, { peers: [] })));
    hosts.output(hosts.us, ["kill", "-HUP", String(us.pid)]);
    await hosts.until("the peer is gone", () => routes(hosts.us, "10.2.0.1") === "" && status(hosts.us).length === 0);
    hosts.file(`${hosts.us}.yaml`, JSON.stringify(config(1)));
    hosts.output(hosts.us, ["kill", "-HUP", String(us.pid)]);
    await allRoutes();
  });

  it("lose no route when one of them starts anew", async () => {
    const us = start(hosts.us, config(1));
    start(hosts.them, config(2));
    await allRoutes();
    const monitor = hosts.start(hosts.us, ["ip", "-o", "monitor", "route"]);
    const heard: string[] = [];
    monitor.stdout!.on("data", (text: Buffer) => heard.push(text.toString()));
    await hosts.end(us, "SIGTERM");
    start(hosts.us, config(1));
    await hosts.until("it is in sync", () => hosts.log.split("bgp.in-sync").length > 6);
    await allRoutes();
    const deleted = heard
      .join("")
      .split("\n")
      .filter((line) => line.startsWith("Deleted 10.2.0.1"));
    assert.deepEqual(deleted, []);
  });

  it("use two links to neighbours that have one and the same address, and each alone when the other is down", async () => {
    hosts.output(hosts.us, ["ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", hosts.them]);
    for (const netns of [hosts.us, hosts.them]) {
      for (const link of ["eth0", "eth1"]) {
        hosts.output(netns, ["ip", "link", "set", link, "down", "addrgenmode", "none"]);
        hosts.output(netns, ["ip", "link", "set", link, "up"]);
        hosts.output(netns, ["ip", "addr", "add", `fe80::${netns === hosts.us ? 1 : 2}/64`, "dev", link, "nodad"]);
      }
    }
    const peers = ["eth0", "eth1"].map((link) => ({ interface: link, asn: "external", connectRetrySeconds: 1 }));
    start(hosts.us, config(1, { peers, maxPaths: 2 }));
    start(hosts.them, config(2, { peers, maxPaths: 2 }));
    const links = (netns: string, prefix: string): string =>
      [...routes(netns, prefix).matchAll(/via inet6 fe80::\d dev (\S+)/g)].map(([, link]) => link).join();
    const both = (): boolean =>
      links(hosts.us, "10.2.0.1") === "eth0,eth1" && links(hosts.them, "10.1.0.1") === "eth0,eth1";
    await hosts.until("both links are used", both);
    hosts.output(hosts.them, ["ip", "link", "set", "eth1", "down"]);
    await hosts.until("only the other one is", () => links(hosts.us, "10.2.0.1") === "eth0");
    await hosts.until("there too", () => links(hosts.them, "10.1.0.1") === "eth0");
    hosts.output(hosts.them, ["ip", "link", "set", "eth1", "up"]);
    hosts.output(hosts.them, ["ip", "addr", "add", "fe80::2/64", "dev", "eth1", "nodad"]);
    await hosts.until("both are used again", both);
  });
});
