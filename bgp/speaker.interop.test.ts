import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { TwoHosts } from "./io/two-hosts.ts";

/** Another daemon on the other host: it announces 10.2.0.0/16 and fd02::/48. */
interface Rival {
  readonly name: string;
  start(hosts: TwoHosts, theirAsn: number): void;
  /** The route the daemon has for a prefix, as text that names its state; empty when it has none. */
  route(hosts: TwoHosts, family: "ipv4" | "ipv6", prefix: string): string;
}

const frr: Rival = {
  name: "FRR",
  start(hosts, theirAsn) {
    const zebra = hosts.file("zebra.conf", "hostname them\n");
    const bgpd = hosts.file(
      "bgpd.conf",
      `router bgp ${theirAsn}
 bgp router-id 10.99.0.2
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 bgp graceful-restart
 neighbor 10.99.0.1 remote-as 65001
 neighbor 10.99.0.1 timers 1 3
 neighbor 10.99.0.1 timers connect 1
 neighbor fd99::1 remote-as 65001
 neighbor fd99::1 timers 1 3
 neighbor fd99::1 timers connect 1
 address-family ipv4 unicast
  network 10.2.0.0/16
  neighbor 10.99.0.1 activate
 exit-address-family
 address-family ipv6 unicast
  network fd02::/48
  neighbor fd99::1 activate
 exit-address-family
`,
    );
    spawnSync("chown", ["-R", "frr:frr", hosts.folder]);
    for (const [name, config] of [
      ["zebra", zebra],
      ["bgpd", bgpd],
    ] as const) {
      const files = ["--vty_socket", hosts.folder, "-i", `${hosts.folder}/${name}.pid`, "-z", `${hosts.folder}/z.api`];
      hosts.start(hosts.them, [
        `/usr/lib/frr/${name}`,
        "-u",
        "frr",
        "-g",
        "frr",
        "-A",
        "127.0.0.1",
        "-f",
        config,
        ...files,
      ]);
    }
  },
  route: (hosts, family, prefix) => {
    const command = `show bgp ${family} unicast ${prefix} json`;
    const text = hosts.output(hosts.them, ["vtysh", "--vty_socket", hosts.folder, "-d", "bgpd", "-c", command]);
    const paths = (JSON.parse(text || "{}") as { paths?: { stale?: boolean; valid?: boolean }[] }).paths ?? [];
    return paths.map(({ stale, valid }) => (stale ? "stale" : valid ? "valid" : "invalid")).join();
  },
};

const bird: Rival = {
  name: "BIRD",
  start(hosts, theirAsn) {
    const kind = theirAsn === 65001 ? "direct;" : "";
    const config = hosts.file(
      "bird.conf",
      `router id 10.99.0.2;
protocol device {}
protocol direct { interface "eth0"; ipv4; ipv6; }
protocol static { ipv4; route 10.2.0.0/16 blackhole; }
protocol static { ipv6; route fd02::/48 blackhole; }
template bgp manx { local as ${theirAsn}; ${kind} hold time 3; connect delay time 1; connect retry time 1; graceful restart on; }
protocol bgp four from manx { neighbor 10.99.0.1 as 65001; ipv4 { import all; export where source = RTS_STATIC; next hop self; }; }
protocol bgp six from manx { neighbor fd99::1 as 65001; ipv6 { import all; export where source = RTS_STATIC; next hop self; }; }
`,
    );
    hosts.start(hosts.them, ["bird", "-f", "-c", config, "-s", `${hosts.folder}/bird.ctl`]);
  },
  route: (hosts, family, prefix) => {
    const birdc = (command: string): string =>
      hosts.output(hosts.them, ["birdc", "-s", `${hosts.folder}/bird.ctl`, ...command.split(" ")]);
    if (!birdc(`show route ${prefix} all`).includes("BGP.as_path")) return "";
    const session = birdc(`show protocols all ${family === "ipv4" ? "four" : "six"}`);
    return session.includes("graceful restart active") ? "stale" : "valid";
  },
};

const families = [
  { family: "ipv4", ours: "10.1.0.0/16", theirs: "10.2.0.0/16", us: "10.99.0.1", them: "10.99.0.2" },
  { family: "ipv6", ours: "fd01::/48", theirs: "fd02::/48", us: "fd99::1", them: "fd99::2" },
] as const;

function speakerConfig(theirAsn: number): object {
  return {
    asn: 65001,
    routerId: "10.99.0.1",
    listen: { port: 179 },
    kernel: { table: "main", metric: 1024 },
    ebgpRequiresPolicy: false,
    families: ["ipv4", "ipv6"],
    peers: families.map(({ family, them }) => ({
      address: them,
      asn: theirAsn,
      families: [family],
      holdTimeSeconds: 3,
      connectRetrySeconds: 1,
    })),
    routes: families.map(({ ours }) => ({ prefix: ours })),
  };
}

function kernelHas(hosts: TwoHosts, one: (typeof families)[number]): boolean {
  const flag = one.family === "ipv4" ? "-4" : "-6";
  return hosts.output(hosts.us, ["ip", flag, "route", "show", one.theirs]).includes(`via ${one.them}`);
}

for (const rival of [frr, bird]) {
  for (const [kind, theirAsn] of [
    ["eBGP", 65002],
    ["iBGP", 65001],
  ] as const) {
    describe(`manx speaker and ${rival.name}, ${kind}`, function () {
      this.timeout(60_000);
      let hosts: TwoHosts;
      beforeEach(() => {
        hosts = new TwoHosts();
      });
      afterEach(() => hosts.close());

      const bothWays = async (): Promise<void> => {
        for (const one of families) {
          await hosts.until(
            `${rival.name} has ${one.ours}`,
            () => rival.route(hosts, one.family, one.ours) === "valid",
          );
          await hosts.until(`our kernel has ${one.theirs}`, () => kernelHas(hosts, one));
        }
      };

      it("exchange routes of both families, and stay up over several hold times", async () => {
        rival.start(hosts, theirAsn);
        hosts.startSpeaker(speakerConfig(theirAsn));
        await bothWays();
        const end = Date.now() + 7000;
        await hosts.until("two hold times have passed", () => Date.now() > end);
        assert.ok(!hosts.log.includes("session-down"), hosts.log);
        await bothWays();
      });

      it("keep the routes of both sides while we are restarted", async () => {
        rival.start(hosts, theirAsn);
        const first = hosts.startSpeaker(speakerConfig(theirAsn));
        await bothWays();
        await hosts.end(first, "SIGTERM");
        for (const one of families) {
          await hosts.until(`${one.ours} is stale`, () => rival.route(hosts, one.family, one.ours) === "stale");
          assert.ok(kernelHas(hosts, one), `${one.theirs} left our kernel`);
        }
        hosts.startSpeaker(speakerConfig(theirAsn));
        for (const one of families) {
          await hosts.until(`${one.ours} is fresh`, () => {
            assert.ok(kernelHas(hosts, one), `${one.theirs} left our kernel`);
            const state = rival.route(hosts, one.family, one.ours);
            assert.notEqual(state, "", `${one.ours} left ${rival.name}`);
            return state === "valid";
          });
        }
        await bothWays();
      });
    });
  }
}
