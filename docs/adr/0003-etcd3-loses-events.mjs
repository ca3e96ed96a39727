// Shows that the npm package etcd3 loses watch events when a connection breaks during a catch-up. It starts an etcd of its
// own on the loopback, writes 5,000 revisions, watches from the first of them through a relay that breaks the connection
// once, and counts what arrives. Run it in a temporary folder:
//   mkdir /tmp/etcd3 && cd /tmp/etcd3 && npm i --no-save etcd3 && node /path/to/docs/adr/0003-etcd3-loses-events.mjs
// Exits 0 when events were lost (the reason for our own watch stands), 1 when none were (look at the decision again).
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { Etcd3 } = createRequire(join(process.cwd(), "package.json"))("etcd3");
const count = 5000;
const breakAfterOctets = 800_000;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

async function freePort() {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const folder = mkdtempSync(join(tmpdir(), "etcd3-loses-"));
const [port, peerPort] = [await freePort(), await freePort()];
const url = `http://127.0.0.1:${port}`;
const peer = `http://127.0.0.1:${peerPort}`;
const flags = ["--data-dir", folder, "--listen-client-urls", url, "--advertise-client-urls", url];
flags.push("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`);
const etcd = spawn("etcd", flags, { stdio: "ignore" });
process.on("exit", () => {
  etcd.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const direct = new Etcd3({ hosts: `127.0.0.1:${port}` });
for (let tries = 0; tries < 100; tries++) {
  if (await direct.get("ready").then(() => true, () => false)) break;
  await sleep(100);
}
let first;
for (let i = 0; i < count; i++) {
  const answer = await direct.put(`/watched/${i}`).value("x".repeat(500)).exec();
  first ??= answer.header.revision;
}

let broken = false;
const relay = createServer((near) => {
  const far = connect(port, "127.0.0.1");
  let octets = 0;
  far.on("data", (data) => {
    octets += data.length;
    if (!broken && octets > breakAfterOctets) {
      broken = true;
      near.destroy();
      far.destroy();
    } else near.write(data);
  });
  near.on("data", (data) => far.write(data));
  for (const socket of [near, far]) socket.on("error", () => socket.destroy());
  near.on("close", () => far.destroy());
});
const client = new Etcd3({ hosts: `127.0.0.1:${await listen(relay)}` });
const seen = new Set();
let lastSeen = 0;
const watcher = await client.watch().prefix("/watched/").startRevision(first).create();
watcher.on("data", (answer) => {
  for (const event of answer.events) {
    seen.add(event.kv.key.toString());
    lastSeen = event.kv.mod_revision;
  }
});
watcher.on("disconnected", () => {
  console.log(`disconnected: last event at revision ${lastSeen}, will resume at ${watcher.request.start_revision}`);
});
watcher.on("error", (error) => console.log(`error: ${error.message}`));
await sleep(5000);
console.log(`etcd3 told ${seen.size} of ${count} events; ${count - seen.size} were lost${broken ? "" : " (never broken)"}`);
process.exit(broken && seen.size < count ? 0 : 1);
