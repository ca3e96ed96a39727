import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { TwoHosts } from "./io/two-hosts.ts";

const root = new URL("..", import.meta.url).pathname;

const bgpd = `router bgp 65002
 bgp router-id 10.99.0.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.99.0.1 remote-as 65001
 neighbor 10.99.0.1 timers connect 1
 address-family ipv4 unicast
  network 10.2.0.0/16
 exit-address-family
`;

/** The program on the front page, with imports that work wherever the file lies. */
function program(): string {
  const page = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const [, text = ""] = /```ts\n(import .*?)```/s.exec(page) ?? [];
  return text.replaceAll('from "./', `from "${root}`);
}

describe("the program on the front page", function () {
  this.timeout(60_000);
  let hosts: TwoHosts;
  beforeEach(() => {
    hosts = new TwoHosts();
  });
  afterEach(() => hosts.close());

  it("peers with FRR, prints its routes, and is heard", async () => {
    const [zebraFile, bgpdFile] = [hosts.file("zebra.conf", "hostname them\n"), hosts.file("bgpd.conf", bgpd)];
    spawnSync("chown", ["-R", "frr:frr", hosts.folder]);
    const own = [
      "--vty_socket",
      hosts.folder,
      "-z",
      `${hosts.folder}/z.api`,
      "-u",
      "frr",
      "-g",
      "frr",
      "-A",
      "127.0.0.1",
    ];
    hosts.start(hosts.them, ["/usr/lib/frr/zebra", "-f", zebraFile, "-i", `${hosts.folder}/zebra.pid`, ...own]);
    hosts.start(hosts.them, ["/usr/lib/frr/bgpd", "-f", bgpdFile, "-i", `${hosts.folder}/bgpd.pid`, ...own]);
    hosts.start(hosts.us, [process.execPath, hosts.file("program.mts", program())]);
    await hosts.until("it prints the route", () => hosts.log.includes("10.2.0.0/16 via 10.99.0.2\n"));
    await hosts.until("it has heard all", () => hosts.log.includes("everything of ipv4 is known\n"));
    const show = ["vtysh", "--vty_socket", hosts.folder, "-d", "bgpd", "-c", "show bgp ipv4 unicast 10.1.0.0/16"];
    await hosts.until("FRR has our prefix", () => hosts.output(hosts.them, show).includes("10.99.0.1"));
  });
});
