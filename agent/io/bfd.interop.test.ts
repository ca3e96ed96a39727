import assert from "node:assert/strict";
import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { TwoHosts } from "../../bgp/io/two-hosts.ts";
import { parseAddress } from "../../net/address-text.ts";
import { BfdThread } from "./bfd.ts";

/** Ways between the two hosts: over one hop in both families, and between loopbacks, which counts as several. */
const ways = [
  { us: "10.99.0.1", them: "10.99.0.2", zone: "", family: "ipv4", multihop: false },
  { us: "fd99::1", them: "fd99::2", zone: "", family: "ipv6", multihop: false },
  { us: "fe80::1", them: "fe80::2", zone: "eth0", family: "ipv6", multihop: false },
  { us: "10.98.0.1", them: "10.98.0.2", zone: "", family: "ipv4", multihop: true },
] as const;

/** What the speaker calls a peer. */
const nameOf = ({ them, zone }: (typeof ways)[number]): string => (zone === "" ? them : `${them}%${zone}`);

/** Another daemon with BFD on the other host, AS 65002. */
interface Rival {
  readonly name: string;
  start(hosts: TwoHosts): Promise<void>;
  /** Whether its BFD session with one of our addresses is up. */
  isUp(hosts: TwoHosts, us: string): boolean;
}

function vtysh(hosts: TwoHosts, daemon: string, ...commands: string[]): string {
  const words = ["vtysh", "--vty_socket", hosts.folder, "-d", daemon];
  return hosts.output(hosts.them, [...words, ...commands.flatMap((command) => ["-c", command])]);
}

/** Starts zebra; the others wait for it, or they ask it again only ten seconds later. Answers how to start those. */
async function startFrr<Name extends string>(
  hosts: TwoHosts,
  configs: Readonly<Record<Name, string>>,
): Promise<Record<Name, () => ChildProcess>> {
  const starts: Partial<Record<string, () => ChildProcess>> = {};
  const paths = Object.entries<string>({ zebra: "hostname them\n", ...configs }).map(
    ([name, text]) => [name, hosts.file(`${name}.conf`, text)] as const,
  );
  spawnSync("chown", ["-R", "frr:frr", hosts.folder]);
  for (const [name, config] of paths) {
    const user = ["-u", "frr", "-g", "frr", "-A", "127.0.0.1"];
    const sockets = ["--vty_socket", hosts.folder, "-i", `${hosts.folder}/${name}.pid`, "-z", `${hosts.folder}/z.api`];
    const own = name === "bfdd" ? ["--bfdctl", `${hosts.folder}/bfdd.sock`] : [];
    starts[name] = () => hosts.start(hosts.them, [`/usr/lib/frr/${name}`, ...user, "-f", config, ...sockets, ...own]);
  }
  starts["zebra"]!();
  await hosts.until("zebra listens", () => existsSync(`${hosts.folder}/z.api`));
  return starts as Record<Name, () => ChildProcess>;
}

const frr: Rival = {
  name: "FRR",
  async start(hosts) {
    const neighbours = ways.map(({ us, them, zone, multihop }) => {
      const far = multihop ? [`ebgp-multihop 4`, `update-source ${them}`] : zone === "" ? [] : [`interface ${zone}`];
      const lines = ["remote-as 65001", "bfd", "timers connect 1", ...far];
      return lines.map((line) => ` neighbor ${us} ${line}\n`).join("");
    });
    const active = (family: string): string =>
      ways
        .filter((way) => way.family === family)
        .map(({ us }) => `  neighbor ${us} activate\n`)
        .join("");
    const { bfdd, bgpd } = await startFrr(hosts, {
      bfdd: "hostname them\n",
      bgpd: `router bgp 65002
 bgp router-id 10.99.0.2
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
${neighbours.join("")} address-family ipv4 unicast
${active("ipv4")} exit-address-family
 address-family ipv6 unicast
${active("ipv6")} exit-address-family
`,
    });
    bfdd();
    bgpd();
  },
  isUp(hosts, us) {
    const text = vtysh(hosts, "bfdd", "show bfd peers json");
    const peers = JSON.parse(text.slice(Math.max(0, text.indexOf("["))) || "[]") as { peer: string; status: string }[];
    return peers.some(({ peer, status }) => peer === us && status === "up");
  },
};

const bird: Rival = {
  name: "BIRD",
  async start(hosts) {
    const peers = ways.map(({ us, them, zone, family, multihop }, i) => {
      const hops = multihop ? "multihop 4;" : "direct;";
      const link = zone === "" ? "" : `%${zone}`;
      return `protocol bgp p${i} { local ${them} as 65002; neighbor ${us}${link} as 65001; ${hops} bfd on; connect delay time 1; connect retry time 1; error wait time 1, 2; ${family} { import all; export none; }; }`;
    });
    const config = hosts.file(
      "bird.conf",
      `router id 10.99.0.2;
protocol device {}
protocol bfd { interface "*" { interval 300 ms; multiplier 3; }; multihop { interval 300 ms; multiplier 3; }; }
${peers.join("\n")}
`,
    );
    hosts.start(hosts.them, ["bird", "-f", "-c", config, "-s", `${hosts.folder}/bird.ctl`]);
  },
  isUp(hosts, us) {
    const text = hosts.output(hosts.them, ["birdc", "-s", `${hosts.folder}/bird.ctl`, "show", "bfd", "sessions"]);
    return text.split("\n").some((line) => line.startsWith(`${us} `) && line.includes(" Up "));
  },
};

const speaker = {
  asn: 65001,
  routerId: "10.99.0.1",
  listen: { port: 179 },
  ebgpRequiresPolicy: false,
  families: ["ipv4", "ipv6"],
  peers: ways.map(({ us, them, zone, family, multihop }) => ({
    address: them,
    ...(zone !== "" && { zone }),
    asn: 65002,
    families: [family],
    connectRetrySeconds: 1,
    localAddress: us,
    bfd: multihop ? { multihop } : true,
    ...(multihop && { ttl: 4 }),
  })),
  routes: [{ prefix: "10.1.0.0/16" }, { prefix: "fd01::/48" }],
};

/** Link-local addresses that are known, loopback addresses behind the link, and the way to them. */
function moreAddresses(hosts: TwoHosts): void {
  for (const [netns, address] of [
    [hosts.us, "fe80::1/64"],
    [hosts.them, "fe80::2/64"],
  ] as const) {
    hosts.output(netns, ["ip", "addr", "add", address, "dev", "eth0", "nodad"]);
  }
  for (const [netns, own, other, via] of [
    [hosts.us, "10.98.0.1", "10.98.0.2", "10.99.0.2"],
    [hosts.them, "10.98.0.2", "10.98.0.1", "10.99.0.1"],
  ] as const) {
    hosts.output(netns, ["ip", "addr", "add", `${own}/32`, "dev", "lo"]);
    hosts.output(netns, ["ip", "route", "add", `${other}/32`, "via", via, "src", own]);
  }
}

interface Line {
  readonly fact?: string;
  readonly peer?: string;
  readonly state?: string;
  readonly why?: string;
  readonly reason?: string;
}

/** What the speaker has told, oldest first. */
function told(hosts: TwoHosts): readonly Line[] {
  return hosts.log.split("\n").flatMap((line) => {
    try {
      const { msg, ...rest } = JSON.parse(line) as Line & { readonly msg?: string };
      return [{ fact: msg, ...rest } as Line];
    } catch {
      return [];
    }
  });
}

const lastBfd = (hosts: TwoHosts, them: string): Line | undefined =>
  told(hosts).findLast(({ fact, peer }) => fact === "bgp.bfd-state" && peer === them);
const count = (hosts: TwoHosts, wanted: string, them: string): number =>
  told(hosts).filter(({ fact, peer }) => fact === wanted && peer === them).length;

const refuseBfd =
  "add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c udp dport { 3784, 4784 } drop";

for (const rival of [frr, bird]) {
  describe(`BFD of manx speaker and ${rival.name}`, function () {
    this.timeout(40_000);
    let hosts: TwoHosts;
    before(async () => {
      hosts = new TwoHosts();
      moreAddresses(hosts);
      await rival.start(hosts);
      hosts.startSpeaker(speaker);
    });
    after(() => hosts.close());

    const eachWay = async (what: string, holds: (them: string, us: string) => boolean): Promise<void> => {
      for (const way of ways) await hosts.until(`${nameOf(way)}: ${what}`, () => holds(nameOf(way), way.us));
    };
    const allUp = (): Promise<void> =>
      eachWay("BFD is up at both ends", (them, us) => lastBfd(hosts, them)?.state === "Up" && rival.isUp(hosts, us));

    it("is up at both ends: IPv4, IPv6, link-local, and multihop", async () => {
      await eachWay("BGP is up", (them) => count(hosts, "bgp.session-up", them) > 0);
      await allUp();
    });

    it("ends BGP long before its hold time when packets stop, and BGP comes back, then BFD", async () => {
      const countAll = (fact: string) => new Map(ways.map((way) => [nameOf(way), count(hosts, fact, nameOf(way))]));
      const [ups, downs] = [countAll("bgp.session-up"), countAll("bgp.session-down")];
      hosts.output(hosts.us, ["nft", refuseBfd]);
      await eachWay("BGP is down", (them) => count(hosts, "bgp.session-down", them) > downs.get(them)!);
      const whys = told(hosts).flatMap(({ fact, why = "" }) => (fact === "bgp.session-down" ? [why] : []));
      assert.ok(
        whys.slice(-ways.length).every((why) => /^BFD: Control Detection Time Expired$|^received Cease/.test(why)),
      );
      await eachWay("BGP is up again", (them) => count(hosts, "bgp.session-up", them) > ups.get(them)!);
      hosts.output(hosts.us, ["nft", "delete table inet t"]);
      await allUp();
    });
  });
}

describe("BFD and what FRR does to it", function () {
  this.timeout(40_000);
  let hosts: TwoHosts;
  let heard: string[];
  let bfd: BfdThread;
  let startBfdd: () => ChildProcess;
  let bfdd: ChildProcess;
  const peer = "bfd\n peer 10.99.0.1\n  detect-multiplier 3\n  receive-interval 300\n  transmit-interval 300\n";

  beforeEach(async () => {
    hosts = new TwoHosts();
    heard = [];
    bfd = new BfdThread(() => {}, { netns: `/run/netns/${hosts.us}` });
    startBfdd = (await startFrr(hosts, { bfdd: peer })).bfdd;
    bfdd = startBfdd();
    const way = { remote: parseAddress("10.99.0.2")!, zone: "", terms: {} };
    bfd.watch(way, ({ state }) => void (heard.at(-1) !== state && heard.push(state)));
  });
  afterEach(async () => {
    bfd.close();
    await hosts.close();
  });

  const isUp = (): boolean => heard.at(-1) === "Up" && frr.isUp(hosts, "10.99.0.1");
  const configure = (line: string): string => vtysh(hosts, "bfdd", "configure", "bfd", "peer 10.99.0.1", line);

  it("stays up while our main loop does nothing else for two seconds", async () => {
    await hosts.until("BFD is up", isUp);
    const end = performance.now() + 2000;
    while (performance.now() < end);
    assert.ok(frr.isUp(hosts, "10.99.0.1"), "FRR lost us");
    const counters = vtysh(hosts, "bfdd", "show bfd peers counters json");
    assert.match(counters, /"session-down":0/);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(heard.at(-1), "Up");
    assert.equal(heard.filter((state) => state === "Up").length, 1);
  });

  it("is told AdminDown when FRR shuts the session down, and is up again when it does not", async () => {
    await hosts.until("BFD is up", isUp);
    configure("shutdown");
    await hosts.until("AdminDown is heard", () => heard.at(-1) === "AdminDown");
    configure("no shutdown");
    await hosts.until("BFD is up again", isUp);
    assert.ok(!heard.slice(heard.indexOf("Up"), heard.indexOf("AdminDown")).includes("Down"), heard.join());
  });

  it("goes down when FRR's daemon is gone, and up when it is back", async () => {
    await hosts.until("BFD is up", isUp);
    await hosts.end(bfdd, "SIGKILL");
    await hosts.until("the loss is heard", () => heard.at(-1) === "Down");
    startBfdd();
    await hosts.until("BFD is up again", isUp);
  });
});
