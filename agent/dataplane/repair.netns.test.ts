import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Dataplane, DataplaneKind } from "./dataplane.ts";
import { type DataplaneFact, openDataplane } from "./io/open.ts";
import { defaultOptions } from "./options.ts";
import { RewrittenWorld } from "./sim/rewrites.ts";

/** Ten times what is promised, ms. */
const deadlines: Readonly<Record<DataplaneKind, number>> = {
  nftables: 1000,
  "iptables-nft": 10_000,
  "iptables-legacy": 10_000,
};

/** One of our sets of a policy's ports, as the world of rewrites makes them; and rules by the number that the kernel gave them. */
const foreigners: Readonly<Record<DataplaneKind, Readonly<Record<string, string>>>> = {
  nftables: {
    "everything is flushed": "nft flush ruleset",
    "our table is deleted": "nft delete table inet manx",
    "one rule is deleted":
      "nft delete rule inet manx forward handle $(nft -a list chain inet manx forward | sed -n 's/.*# handle //p' | sed -n 2p)",
    "a hooked chain is flushed": "nft flush chain inet manx forward",
    "a rule comes before ours": "nft insert rule inet manx forward accept",
    "a set is flushed": "nft flush set inet manx workload-sources-v4",
    "somebody loads all of a ruleset of his own":
      "printf 'flush ruleset\\ntable inet firewalld { chain filter { type filter hook forward priority 10; }; }\\n' | nft -f -",
    "iptables is flushed, which is not ours": "iptables-nft -F && nft flush chain inet manx input",
  },
  "iptables-nft": {
    "everything is flushed": "nft flush ruleset",
    ...flushes("iptables-nft"),
  },
  "iptables-legacy": flushes("iptables-legacy"),
};

function flushes(iptables: string): Readonly<Record<string, string>> {
  return {
    "all chains are flushed": `${iptables} -F`,
    "all chains are flushed and deleted": `${iptables} -F; ${iptables} -X`,
    "another table is flushed": `${iptables} -t raw -F`,
    "one rule is deleted": `${iptables} -D cali-FORWARD 1`,
    "our hook is deleted": `${iptables} -D FORWARD 1`,
    "a rule comes before our hook": `${iptables} -I FORWARD 1 -s 192.0.2.99/32 -j ACCEPT`,
    "a set is flushed": "ipset flush $(ipset save | sed -n 's/^add \\(cali40s[^ ]*\\) .*/\\1/p' | head -n1)",
    "somebody loads all of a table of his own": `printf '*filter\\n:FORWARD ACCEPT [0:0]\\n-A FORWARD -s 192.0.2.98/32 -j ACCEPT\\nCOMMIT\\n' | ${iptables}-restore`,
  };
}

/** Whose rules they are that somebody leaves beside ours. */
const foreign = /192\.0\.2\.9\d/;

for (const kind of Object.keys(foreigners) as DataplaneKind[]) {
  describe(`${kind} that somebody changes`, function () {
    this.timeout(20_000);
    const netns = `manx-policy-${process.pid}-repair`;
    let dataplane: Dataplane;
    let told: DataplaneFact[] = [];
    before(async () => {
      execFileSync("ip", ["netns", "add", netns]);
      const path = `/run/netns/${netns}`;
      dataplane = openDataplane({ kind, options: defaultOptions, tell: (fact) => told.push(fact), netns: path });
      const graph = new RewrittenWorld().graph();
      dataplane.apply(graph.flush());
      dataplane.allowDeletes();
      await dataplane.commit();
    });
    after(() => {
      dataplane.close();
      execFileSync("ip", ["netns", "del", netns]);
    });

    const run = (script: string): string =>
      execFileSync("ip", ["netns", "exec", netns, "sh", "-c", script], { encoding: "utf8", stdio: "pipe" });
    /** All that is ours, and whether it comes first. */
    const ours = (): string => {
      if (kind === "nftables") return run("nft --stateless list table inet manx || true");
      const saves = run(`${kind}-save; ${kind.replace("ip", "ip6")}-save`).replace(/\[\d+:\d+\]/g, "");
      const [first] = /^-A FORWARD .*$/m.exec(saves) ?? [""];
      const tables = saves.split(/^(?=\*)/m).map((table) => {
        const lines = table.split("\n").filter((line) => /^(?:-A|:cali|\*)/.test(line) && !foreign.test(line));
        return lines.length === 1 ? "" : lines.join("\n");
      });
      return [first, ...tables.sort(), ...run("ipset save").split("\n").sort()].join("\n");
    };

    for (const [what, script] of Object.entries(foreigners[kind])) {
      it(`is whole again, and tells of it, when ${what}`, async () => {
        const whole = ours();
        told = [];
        run(script);
        const deadline = performance.now() + deadlines[kind];
        for (let now = ""; now !== whole; now = ours()) {
          if (performance.now() > deadline) assert.equal(now, whole);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await dataplane.commit();
        const facts = told.filter(({ fact }) => !fact.endsWith(".adopted")).map(({ fact, ...facts }) => facts);
        assert.ok(
          told.every(({ fact }) => fact.endsWith(".disturbed")),
          JSON.stringify(told),
        );
        assert.ok(facts.length > 0, "nobody was told");
        const where = facts.map((fact) => JSON.stringify({ ...fact, what: "", how: "" }));
        const most = script.split(/; |&&/).length;
        assert.ok(
          where.every((place) => where.filter((other) => other === place).length <= most),
          JSON.stringify(told),
        );
      });
    }
  });
}
