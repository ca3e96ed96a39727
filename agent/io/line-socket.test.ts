import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveLines } from "./line-socket.ts";

function ask(path: string, ...chunks: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let all = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => void (all += chunk));
    socket.on("error", reject).on("close", () => resolve(all));
    for (const chunk of chunks) socket.write(chunk);
  });
}

function askAndClose(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = "";
    const socket = createConnection({ path, allowHalfOpen: true }, () => socket.end(line));
    socket.setEncoding("utf8").on("data", (chunk: string) => void (all += chunk));
    socket.on("error", reject).on("end", () => resolve(all));
  });
}

describe("the agent's socket", () => {
  const folder = mkdtempSync(join(tmpdir(), "manx-socket-"));
  const path = join(folder, "run", "agent.sock");
  let server: Server;
  before(async () => {
    server = await serveLines(path, async (request) => {
      if ((request as { fail?: boolean }).fail) throw new Error("broken");
      return { ok: true, request };
    });
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("answers one JSON line with one JSON line, however it is cut, and ignores what follows", async () => {
    assert.equal(await ask(path, '{"do":', '"status"}\n{"do":"more"}\n'), '{"ok":true,"request":{"do":"status"}}\n');
  });

  it("answers a caller that has closed its half, and says so when that came too early", async () => {
    assert.equal(await askAndClose(path, '{"do":1}\n'), '{"ok":true,"request":{"do":1}}\n');
    assert.match(await askAndClose(path, '{"do":1}'), /agent\/bad-request.*line feed would be right/);
  });

  it("belongs to its owner alone", () => assert.equal(statSync(path).mode & 0o777, 0o600));

  it("says what is wrong with a line that is not JSON or too long", async () => {
    assert.match(await ask(path, "hello\n"), /"code":"agent\/bad-request","message":"not JSON/);
    assert.match(await ask(path, "x".repeat(70000)), /at most 65536/);
  });

  it("answers also when the answer is our own bug", async () => {
    assert.match(await ask(path, '{"fail":true}\n'), /"code":"agent\/bug".*broken/);
  });

  it("refuses a path that is served, and takes over one that is not", async () => {
    await assert.rejects(
      serveLines(path, async () => ({})),
      { code: "agent/socket-in-use", message: /another agent/ },
    );
    const stale = join(folder, "stale.sock");
    writeFileSync(stale, "");
    const second = await serveLines(stale, async () => ({ ok: true }));
    assert.equal(await ask(stale, "1\n"), '{"ok":true}\n');
    second.close();
  });
});
