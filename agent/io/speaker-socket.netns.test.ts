import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ScratchNetns, scratchNetns } from "../../kernel/io/scratch-netns.ts";
import type { BgpPeersAnswer, BgpRoute } from "../api/bgp.ts";

const bin = (name: string): string => new URL(`../../bin/${name}`, import.meta.url).pathname;

const hub = `asn: 65000
routerId: 10.0.0.1
listen: { address: 10.0.0.1, port: 1790 }
kernel: none
ebgpRequiresPolicy: false
families: [ipv4, ipv6]
dynamicPeers: [{ range: 10.0.0.0/24, asn: external }]
metrics: { address: 10.0.0.1, port: 9102 }
`;
const leaf = `asn: 65001
routerId: 10.0.0.2
listen: none
kernel: none
ebgpRequiresPolicy: false
families: [ipv4, ipv6]
peers: [{ address: 10.0.0.1, port: 1790, localAddress: 10.0.0.2, asn: 65000 }]
routes:
  - { prefix: 192.0.2.0/24, communities: ["65001:7"] }
  - { prefix: 192.0.2.128/25 }
`;

describe("the speaker's socket and manxctl bgp (processes in a namespace)", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "manx-socket-"));
  const running: ChildProcess[] = [];
  let netns: ScratchNetns;

  const start = (command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn("ip", ["netns", "exec", netns.name, command, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    running.push(child);
    return child;
  };
  const speaker = (name: string, yaml: string): void => {
    writeFileSync(join(folder, `${name}.yaml`), yaml);
    start(bin("manx"), ["speaker", "--config", join(folder, `${name}.yaml`)], { MANX_RUN_DIR: join(folder, name) });
  };
  const manxctl = (of: string, ...words: string[]): string =>
    execFileSync(bin("manxctl"), words, {
      encoding: "utf8",
      env: { ...process.env, MANX_RUN_DIR: join(folder, of) },
      stdio: "pipe",
    });
  const eventually = async <T>(what: string, look: () => T | undefined): Promise<T> => {
    const deadline = performance.now() + 20_000;
    for (let last = ""; ; ) {
      try {
        const found = look();
        if (found !== undefined) return found;
      } catch (error) {
        last = (error as Error).message;
      }
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}: ${last}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  before(() => {
    netns = scratchNetns("socket");
    // A next hop in 127/8 would be refused.
    for (const address of ["10.0.0.1/32", "10.0.0.2/32"]) netns.ip(`address add ${address} dev lo`);
  });
  after(() => {
    for (const child of running) child.kill("SIGKILL");
    netns.close();
    rmSync(folder, { recursive: true });
  });

  it("answers about sessions and routes, and a capture of the same session says the same", async () => {
    const dump = join(folder, "dump.pcap");
    const tcpdump = start("tcpdump", ["-U", "-i", "lo", "-w", dump, "tcp port 1790"]);
    await new Promise((resolve) => tcpdump.stderr!.once("data", resolve));
    speaker("hub", hub);
    speaker("leaf", leaf);
    const peers = await eventually("two prefixes", () => {
      const answer = JSON.parse(manxctl("hub", "bgp", "peers", "-o", "json")) as BgpPeersAnswer;
      return answer.peers[0]?.families[0]?.received === 2 && answer.peers[0].families[0].isTold ? answer : undefined;
    });
    assert.deepEqual([peers.peers[0]!.name, peers.peers[0]!.asn, peers.peers[0]!.isDynamic], ["10.0.0.2", 65001, true]);
    assert.equal(statSync(join(folder, "hub", "speaker.sock")).mode & 0o777, 0o600);
    const routes = JSON.parse(manxctl("hub", "bgp", "routes", "-o", "json")) as BgpRoute[];
    assert.deepEqual(routes.map(({ prefix }) => prefix).sort(), ["192.0.2.0/24", "192.0.2.128/25"]);
    const page = execFileSync("ip", ["netns", "exec", netns.name, "curl", "-s", "http://10.0.0.1:9102/metrics"]);
    assert.match(page.toString(), /bgp_peer_prefixes_accepted\{peer="10\.0\.0\.2",family="ipv4"\} 2\n/);
    assert.match(manxctl("hub", "bgp", "explain", "192.0.2.200"), /^192\.0\.2\.128\/25 is the most specific/);
    assert.match(manxctl("leaf", "bgp", "peer", "10.0.0.1"), /Established for [\s\S]*graceful restart/);
    assert.match(manxctl("leaf", "bgp", "routes", "--advertised", "--peer", "10.0.0.1"), /192\.0\.2\.0\/24.*65001:7/);
    const updates = await eventually("the capture", () => {
      const lines = execFileSync(bin("manxctl"), ["bgp", "decode", dump], { encoding: "utf8", stdio: "pipe" });
      const found = lines.split("\n").filter((line) => /"type":"UPDATE"/.test(line));
      return found.some((line) => /192\.0\.2\.128\/25/.test(line)) ? lines : undefined;
    });
    assert.match(updates, /"from":"10\.0\.0\.2:\d+","to":"10\.0\.0\.1:1790","type":"OPEN".*"asn":65001/);
    assert.match(
      updates,
      /"nlri":\["192\.0\.2\.0\/24"\].*"communities":\["65001:7"\]|"communities":\["65001:7"\].*"nlri":\["192\.0\.2\.0\/24"\]/,
    );
    assert.doesNotMatch(updates, /GARBAGE|UNKNOWN|faults/);
  });

  it("says who is missing when nobody serves", () => {
    assert.throws(() => manxctl("none", "bgp", "peers"), /neither an agent .* nor a speaker .* is running/);
  });
});
