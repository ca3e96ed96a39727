import assert from "node:assert/strict";
import { type DuelOutcome, duelBirdConfig } from "./io/decision-duel.ts";
import { TwoHosts } from "./io/two-hosts.ts";
import { casePeers } from "./sim/decision-cases.ts";

const root = new URL("..", import.meta.url).pathname;

/**
 * Six peers announce the same random routes of `count` prefixes to BIRD and to our speaker, then change and withdraw half
 * of them: both choose the same best path of every prefix, with `deterministic med on` there. Needs root and bird2.
 */
export async function decisionDuel(seed: number, count: number): Promise<void> {
  const hosts = new TwoHosts();
  try {
    for (const { host } of casePeers) {
      hosts.output(hosts.us, ["ip", "addr", "add", `10.99.0.${host}/24`, "dev", "eth0"]);
    }
    const socket = `${hosts.folder}/bird.ctl`;
    const config = hosts.file("bird.conf", duelBirdConfig());
    hosts.start(hosts.them, ["bird", "-f", "-c", config, "-s", socket, "-P", `${hosts.folder}/bird.pid`]);
    let said = "";
    const program = [`${root}bin/node`, `${root}bgp/io/decision-duel-main.ts`, `${seed}`, `${count}`, socket];
    const child = hosts.start(hosts.us, program);
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await new Promise((resolve) => child.once("close", resolve));
    assert.ok(said.startsWith("{"), hosts.log);
    const { decided, differences, revised } = JSON.parse(said) as DuelOutcome;
    assert.deepEqual(differences.slice(0, 20), []);
    assert.ok(decided > count, `${decided} sets were decided`);
    assert.ok(revised.length * 100 < decided, `BIRD revised ${revised.length} of ${decided} choices`);
    console.log(
      `      ${decided} candidate sets, 0 differences; BIRD revised ${revised.length} when it heard them afresh`,
    );
  } finally {
    await hosts.close();
  }
}
