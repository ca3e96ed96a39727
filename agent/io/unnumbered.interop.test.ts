import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { TwoHosts } from "../../bgp/io/two-hosts.ts";

/** Another daemon on the other host, AS 65002, with 10.2.0.1 and fd02::1, that has nothing of us but the name of its interface. */
interface Rival {
  readonly name: string;
  start(hosts: TwoHosts): Promise<void>;
}

function linkLocal(hosts: TwoHosts, netns: string): string {
  return /inet6 (fe80:\S+)\/64/.exec(hosts.output(netns, ["ip", "-6", "addr", "show", "dev", "eth0"]))?.[1] ?? "";
}

const frr: Rival = {
  name: "FRR",
  async start(hosts) {
    const zebra = hosts.file("zebra.conf", "hostname them\n");
    const bgpd = hosts.file(
      "bgpd.conf",
      `router bgp 65002
 bgp router-id 10.2.0.1
 no bgp ebgp-requires-policy
 neighbor eth0 interface remote-as external
 neighbor eth0 timers connect 1
 neighbor eth0 capability extended-nexthop
 address-family ipv4 unicast
  network 10.2.0.1/32
 exit-address-family
 address-family ipv6 unicast
  network fd02::1/128
  neighbor eth0 activate
 exit-address-family
`,
    );
    spawnSync("chown", ["-R", "frr:frr", hosts.folder]);
    const daemon = (name: string, config: string): void => {
      const files = ["--vty_socket", hosts.folder, "-i", `${hosts.folder}/${name}.pid`, "-z", `${hosts.folder}/z.api`];
      const who = ["-u", "frr", "-g", "frr", "-A", "127.0.0.1"];
      hosts.start(hosts.them, [`/usr/lib/frr/${name}`, ...who, "-f", config, ...files]);
    };
    daemon("zebra", zebra);
    await hosts.until("zebra listens", () => existsSync(`${hosts.folder}/z.api`));
    daemon("bgpd", bgpd);
  },
};

const bird: Rival = {
  name: "BIRD",
  async start(hosts) {
    const config = hosts.file(
      "bird.conf",
      `router id 10.2.0.1;
protocol device { scan time 1; }
protocol direct { ipv4; ipv6; interface "lo"; }
protocol kernel { ipv4 { export where source = RTS_BGP; }; learn off; }
protocol kernel { ipv6 { export where source = RTS_BGP; }; learn off; }
protocol radv { interface "eth0" { max ra interval 10; min ra interval 7; default lifetime 0; }; }
protocol bgp manx {
  local as 65002; neighbor range fe80::/64 external; interface "eth0"; direct;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import all; export where source = RTS_DEVICE; extended next hop on; };
  ipv6 { import all; export where source = RTS_DEVICE; };
}
`,
    );
    hosts.start(hosts.them, ["bird", "-f", "-c", config, "-s", `${hosts.folder}/bird.ctl`]);
  },
};

const routes = [
  { family: "-4", ours: "10.1.0.1", theirs: "10.2.0.1", length: 32 },
  { family: "-6", ours: "fd01::1", theirs: "fd02::1", length: 128 },
] as const;

for (const rival of [frr, bird]) {
  describe(`manx speaker and ${rival.name} over a link without addresses`, function () {
    this.timeout(60_000);
    let hosts: TwoHosts;
    before(async () => {
      hosts = new TwoHosts();
      for (const [netns, own] of [
        [hosts.us, ["10.1.0.1/32", "fd01::1/128"]],
        [hosts.them, ["10.2.0.1/32", "fd02::1/128"]],
      ] as const) {
        hosts.output(netns, ["ip", "-4", "addr", "flush", "dev", "eth0"]);
        // They keep a global address that is none of our business: their IPv6 next hops name it in front (RFC 2545 3).
        const isOurs = netns === hosts.us;
        if (isOurs) hosts.output(netns, ["ip", "-6", "addr", "flush", "dev", "eth0", "scope", "global"]);
        for (const address of own) hosts.output(netns, ["ip", "addr", "add", address, "dev", "lo"]);
        const settings = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.eth0.accept_dad=0"];
        hosts.output(netns, ["sysctl", "-qw", ...settings]);
      }
      await hosts.until("both have usable link-local addresses", () => {
        const shown = [hosts.us, hosts.them].map((netns) =>
          hosts.output(netns, ["ip", "-6", "addr", "show", "dev", "eth0"]),
        );
        return shown.every((text) => text.includes("fe80:") && !text.includes("tentative"));
      });
      await rival.start(hosts);
      const peers = [{ interface: "eth0", asn: "external", connectRetrySeconds: 1 }];
      hosts.startSpeaker({
        asn: 65001,
        routerId: "10.1.0.1",
        kernel: { table: "main", metric: 1024 },
        ebgpRequiresPolicy: false,
        families: ["ipv4", "ipv6"],
        peers,
        routes: routes.map(({ ours, length }) => ({ prefix: `${ours}/${length}` })),
      });
    });
    after(() => hosts.close());

    const isReached = ({ ours, theirs }: (typeof routes)[number]): boolean =>
      hosts.output(hosts.us, ["ping", "-c1", "-W1", "-I", ours, theirs]).includes(" 0% packet loss");
    const allReached = async (): Promise<void> => {
      for (const route of routes) {
        const { family, theirs } = route;
        const kernel = (): string => hosts.output(hosts.us, ["ip", family, "route", "show", theirs]);
        const via = family === "-4" ? "via inet6 fe80:" : "via fe80:";
        await hosts.until(`our kernel has ${theirs} by a link-local next hop`, () => kernel().includes(via));
        await hosts.until(`${theirs} answers ${route.ours}`, () => isReached(route));
      }
    };

    it("finds its neighbour, and packets pass both ways in both families", async () => {
      await allReached();
      assert.ok(!hosts.log.includes("malformed"), hosts.log);
    });

    it("loses it at once with the link, and finds it again", async () => {
      const count = (what: string): number => hosts.log.split(what).length - 1;
      hosts.output(hosts.us, ["ip", "link", "set", "eth0", "down"]);
      await hosts.until("the neighbour is gone", () => count("kernel.neighbour.gone") === 1);
      await hosts.until(
        "the routes are gone",
        () => hosts.output(hosts.us, ["ip", "route", "show", "10.2.0.1"]) === "",
      );
      hosts.output(hosts.us, ["ip", "link", "set", "eth0", "up"]);
      await hosts.until("the neighbour is back", () => count("kernel.neighbour.heard") === 2);
      await allReached();
    });

    it("follows it to another address", async () => {
      const before = linkLocal(hosts, hosts.them);
      hosts.output(hosts.them, ["ip", "link", "set", "eth0", "down"]);
      hosts.output(hosts.them, ["ip", "link", "set", "eth0", "address", "02:00:00:00:77:02"]);
      hosts.output(hosts.them, ["ip", "link", "set", "eth0", "up"]);
      await hosts.until("the new one is heard", () => hosts.log.includes("fe80::ff:fe00:7702"));
      assert.notEqual(before, "fe80::ff:fe00:7702");
      await allReached();
    });
  });
}
