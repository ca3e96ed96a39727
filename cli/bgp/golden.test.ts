import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { answerBgp } from "../../agent/bgp/answer.ts";
import { Network } from "../../bgp/sim/network.ts";
import { ManxError } from "../../lib/error.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { SimShell } from "../sim/shell.ts";
import { peerAnswer, peersAnswer } from "./testdata/answers.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;
const rewrite = process.env["GOLDEN"] === "rewrite";

const marker = "ff".repeat(16);
/** A KEEPALIVE, a route with an ORIGIN that does not exist, and a shutdown with a text. */
const messages = `${marker} 0013 04
${marker} 002d 02 0000 0012 40 01 01 09 40 02 00 40 03 04 0a 00 00 01 c0 63 01 07 18 c0 00 02
${marker} 001a 03 06 02 04 62 79 65 21
`;

/** A speaker that knows 10.9.0.0/16 from two neighbours; what it says of its sessions is written down beside. */
function hubShell(): SimShell {
  const net = new Network({ seed: 5 });
  const [hub, near, far] = [net.router("hub", 65000), net.router("near", 65001), net.router("far", 65002)];
  net.link(hub, near);
  net.link(hub, far);
  hub.speaker.announce(p("10.7.0.0/16"));
  near.speaker.announce(p("10.9.0.0/16"));
  far.speaker.announce(p("10.9.0.0/16"), { med: 7 });
  far.speaker.announce(p("10.8.0.0/16"), { communities: [65000 * 65536 + 7, 0xffff029a] });
  far.speaker.announce(p("10.8.1.0/24"));
  net.run(300);
  const shell = new SimShell();
  shell.contents.set("letter.txt", "Dear operator,\n");
  shell.contents.set("messages.hex", messages);
  shell.answer = (request) => {
    if (request.do === "bgp.peers") return peersAnswer;
    if (request.do === "bgp.peer" && request.name === "10.255.0.2") return peerAnswer;
    try {
      return JSON.parse(JSON.stringify(answerBgp(request, hub.speaker, net.clock.wall())));
    } catch (error) {
      if (!(error instanceof ManxError)) throw error;
      return { ok: false, code: error.code, message: error.message };
    }
  };
  return shell;
}

/** As the other goldens: `$` lines are commands, `! ` marks standard error, `? 1` an exit code that is not 0. */
async function play(shell: SimShell, text: string): Promise<string> {
  let said = "";
  for (const line of text.split("\n").filter((each) => each.startsWith("$ ") || each.startsWith("# "))) {
    said += `${line}\n`;
    if (line.startsWith("# ")) continue;
    const { code, output, errors } = await shell.run(line.slice("$ manxctl ".length));
    said += output + errors.replace(/^(?=.)/gm, "! ") + (code === 0 ? "" : `? ${code}\n`);
  }
  return said;
}

describe("manxctl bgp says, to the letter", () => {
  it("bgp.golden", async () => {
    const path = new URL("testdata/bgp.golden", import.meta.url);
    const expected = readFileSync(path, "utf8");
    const said = await play(hubShell(), expected);
    if (rewrite) writeFileSync(path, said);
    else assert.equal(said, expected);
  });
});
