import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { TwoHosts } from "./io/two-hosts.ts";

const us = "fe80::a1";
const them = "fe80::a2";

/** Another daemon on the other host, whose one session runs over link-local addresses; it announces 10.2.0.0/16 and fd02::/48. */
interface Rival {
  readonly name: string;
  start(hosts: TwoHosts): void;
  /** What the daemon has of a prefix, as it shows it. */
  route(hosts: TwoHosts, family: "ipv4" | "ipv6", prefix: string): string;
}

const frr: Rival = {
  name: "FRR",
  start(hosts) {
    const zebra = hosts.file("zebra.conf", "hostname them\n");
    const bgpd = hosts.file(
      "bgpd.conf",
      `router bgp 65002
 bgp router-id 10.99.0.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor ${us} remote-as 65001
 neighbor ${us} interface eth0
 neighbor ${us} timers connect 1
 neighbor ${us} capability extended-nexthop
 address-family ipv4 unicast
  network 10.2.0.0/16
  neighbor ${us} activate
 exit-address-family
 address-family ipv6 unicast
  network fd02::/48
  neighbor ${us} activate
 exit-address-family
`,
    );
    spawnSync("chown", ["-R", "frr:frr", hosts.folder]);
    for (const [name, config] of [
      ["zebra", zebra],
      ["bgpd", bgpd],
    ] as const) {
      const files = ["--vty_socket", hosts.folder, "-i", `${hosts.folder}/${name}.pid`, "-z", `${hosts.folder}/z.api`];
      const who = ["-u", "frr", "-g", "frr", "-A", "127.0.0.1"];
      hosts.start(hosts.them, [`/usr/lib/frr/${name}`, ...who, "-f", config, ...files]);
    }
  },
  route: (hosts, family, prefix) => {
    const command = `show bgp ${family} unicast ${prefix} json`;
    const text = hosts.output(hosts.them, ["vtysh", "--vty_socket", hosts.folder, "-d", "bgpd", "-c", command]);
    interface Path {
      readonly valid?: boolean;
      readonly nexthops?: readonly { readonly ip: string }[];
    }
    const paths = (JSON.parse(text || "{}") as { paths?: Path[] }).paths ?? [];
    return paths.flatMap(({ valid, nexthops = [] }) => (valid ? nexthops.map(({ ip }) => ip) : [])).join();
  },
};

const bird: Rival = {
  name: "BIRD",
  start(hosts) {
    const config = hosts.file(
      "bird.conf",
      `router id 10.99.0.2;
protocol device {}
protocol static { ipv4; route 10.2.0.0/16 blackhole; }
protocol static { ipv6; route fd02::/48 blackhole; }
protocol bgp manx {
  local as 65002; neighbor ${us}%eth0 as 65001; connect delay time 1; connect retry time 1;
  ipv4 { import all; export where source = RTS_STATIC; extended next hop on; };
  ipv6 { import all; export where source = RTS_STATIC; };
}
`,
    );
    hosts.start(hosts.them, ["bird", "-f", "-c", config, "-s", `${hosts.folder}/bird.ctl`]);
  },
  route: (hosts, _family, prefix) => {
    const command = ["birdc", "-s", `${hosts.folder}/bird.ctl`, "show", "route", prefix, "all"];
    return /via (\S+) on eth0/.exec(hosts.output(hosts.them, command))?.[1] ?? "";
  },
};

const routes = [
  { family: "ipv4", ours: "10.1.0.0/16", theirs: "10.2.0.0/16" },
  { family: "ipv6", ours: "fd01::/48", theirs: "fd02::/48" },
] as const;

for (const rival of [frr, bird]) {
  describe(`manx speaker and ${rival.name} over link-local addresses`, function () {
    this.timeout(60_000);
    let hosts: TwoHosts;
    beforeEach(() => {
      hosts = new TwoHosts();
      for (const [netns, address] of [
        [hosts.us, us],
        [hosts.them, them],
      ] as const) {
        execFileSync("ip", ["-n", netns, "addr", "add", `${address}/64`, "dev", "eth0", "nodad"]);
      }
    });
    afterEach(() => hosts.close());

    for (const nextHop of [undefined, { ipv6: "fd99::1" }]) {
      const form = nextHop ? "with a global one in front" : "alone";
      it(`route both families by them, ${form} (RFC 2545 3, RFC 8950 4)`, async () => {
        rival.start(hosts);
        const peer = { address: them, zone: "eth0", asn: 65002, extendedNextHop: true, connectRetrySeconds: 1 };
        hosts.startSpeaker({
          asn: 65001,
          routerId: "10.99.0.1",
          listen: { port: 179 },
          kernel: { table: "main", metric: 1024 },
          ebgpRequiresPolicy: false,
          families: ["ipv4", "ipv6"],
          peers: [nextHop ? { ...peer, nextHop } : peer],
          routes: routes.map(({ ours }) => ({ prefix: ours })),
        });
        const known = nextHop ? [us, nextHop.ipv6] : [us];
        for (const { family, ours, theirs } of routes) {
          const hops = (): string[] => rival.route(hosts, family, ours).split(",");
          await hosts.until(`${rival.name} has ${ours}`, () => hops().some((hop) => known.includes(hop)));
          const kernel = (): string => hosts.output(hosts.us, ["ip", `-${family.at(-1)!}`, "route", "show", theirs]);
          await hosts.until(`our kernel has ${theirs}`, () => kernel().includes(`${them} dev eth0`));
        }
        assert.ok(!hosts.log.includes("malformed"), hosts.log);
      });
    }
  });
}
