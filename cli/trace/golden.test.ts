import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { SocketRequest } from "../../agent/api/socket.ts";
import { affinityPath } from "../../datastore/ipam-key.ts";
import { writeJson } from "../../datastore/json.ts";
import { seconds } from "../../lib/unit.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { SimShell } from "../sim/shell.ts";

const folder = new URL("testdata/", import.meta.url);
const rewrite = process.env["GOLDEN"] === "rewrite";
const since = "2026-11-21T01:00:00.000Z";

/** The agent of n2, which has met some of its rules, and has dropped a packet. */
function agentOfN2(request: SocketRequest): unknown {
  const rules = [
    {
      rule: "NetworkPolicy shop/db ingress[0]",
      policy: "NetworkPolicy shop/db",
      packets: 12,
      bytes: 720,
      endpoints: 1,
    },
    {
      rule: "NetworkPolicy shop/db ingress[1]",
      policy: "NetworkPolicy shop/db",
      packets: 3400,
      bytes: 1904000,
      endpoints: 1,
    },
    { rule: "NetworkPolicy shop/db ingress[2]", policy: "NetworkPolicy shop/db", packets: 0, bytes: 0, endpoints: 1 },
    { rule: "end of tier default, ingress of shop/n2-k8s-db-eth0", policy: "", packets: 2, bytes: 120, endpoints: 0 },
  ];
  if (request.do === "policy.counters") {
    const { policy, rules: wanted } = request;
    const found = rules.filter(
      (one) => (!wanted || wanted.includes(one.rule)) && (!policy || one.policy.endsWith(policy)),
    );
    return { ok: true, node: "n2", dataplane: "nftables", since, rules: found };
  }
  if (request.do !== "policy.drops") return { ok: false, code: "agent/bad-request", message: "unknown" };
  const drop = {
    at: "2026-11-21T01:02:03.456Z",
    by: "NetworkPolicy shop/db ingress[0]",
    source: "10.65.0.1",
    destination: "10.65.0.65",
    protocol: 6,
    sourcePort: 40000,
    destinationPort: 22,
    inInterface: "eth0",
    outInterface: "cali0db",
    to: "shop/db",
    length: 60,
  };
  const drops = request.after === undefined ? [] : [drop, { ...drop, serial: 8, destinationPort: 8080 }];
  return { ok: true, node: "n2", drops: drops.map((one, i) => ({ serial: 7 + i, ...one })), next: 9, missed: 0 };
}

async function shopShell(): Promise<SimShell> {
  const shell = new SimShell();
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".yaml"))) {
    shell.contents.set(name, readFileSync(new URL(name, folder), "utf8"));
  }
  const { code, errors } = await shell.run("create -f shop.yaml");
  assert.equal(code, 0, errors);
  const blocks = [
    ["n1", "10.65.0.0/26"],
    ["n2", "10.65.0.64/26"],
  ] as const;
  const value = writeJson({ state: "confirmed", deleted: false });
  const puts = blocks.map(([node, cidr]) => ({ key: affinityPath("host", node, parsePrefix(cidr)!), value }));
  await shell.store().commit([], puts, []);
  return shell;
}

/** As the other goldens; `@ agent` lets n2's agent answer from here on. */
async function play(text: string): Promise<string> {
  const shell = await shopShell();
  let said = "";
  for (const line of text.split("\n").filter((each) => /^[$#@] /.test(each))) {
    said += `${line}\n`;
    if (line === "@ agent") shell.answer = agentOfN2;
    if (!line.startsWith("$ ")) continue;
    const running = shell.run(line.slice("$ manxctl ".length));
    const { code, output, errors } = await (line.includes("--live") ? passing(shell, running) : running);
    said += output + errors.replace(/^(?=.)/gm, "! ") + (code === 0 ? "" : `? ${code}\n`);
  }
  return said;
}

/** Lets time pass until a command that waits for more is done. */
async function passing<T>(shell: SimShell, running: Promise<T>): Promise<T> {
  let isDone = false;
  const done = running.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    shell.clock.advance(seconds(0.5));
  }
  return done;
}

describe("manxctl trace and policy say, to the letter", () => {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".golden"))) {
    it(name, async () => {
      const path = new URL(name, folder);
      const expected = readFileSync(path, "utf8");
      const said = await play(expected);
      if (rewrite) writeFileSync(path, said);
      else assert.equal(said, expected);
    });
  }
});
