import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { Datagram, UdpOpen } from "../udp.ts";
import { eventually, type ScratchNetns, scratchNetns } from "./scratch-netns.ts";
import { UdpSocket } from "./udp-socket.ts";

const port = 3784;
const wild = { ipv4: ipv4(0), ipv6: ipv6(0, 0, 0, 0) };
const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

describe("UDP sockets", () => {
  let netns: ScratchNetns;
  let open: UdpSocket[];
  beforeEach(() => {
    netns = scratchNetns();
    open = [];
  });
  afterEach(() => {
    for (const socket of open) socket.close();
    netns.close();
  });

  function ear(address: Address, heard: Datagram[]): UdpSocket {
    const received = (one: Datagram): void => void heard.push({ ...one, octets: one.octets.slice() });
    const failed = (error: Error): void => assert.fail(error);
    const socket = new UdpSocket({ address, port, ttl: 255, netns: netns.path }, { received, failed });
    open.push(socket);
    return socket;
  }
  function mouth(options: Partial<UdpOpen> & { readonly address: Address }): UdpSocket {
    const socket = new UdpSocket({ port: 0, ttl: 255, netns: netns.path, ...options });
    open.push(socket);
    return socket;
  }

  for (const [family, to] of [
    ["ipv4", parseAddress("127.0.0.1")!],
    ["ipv6", parseAddress("::1")!],
  ] as const) {
    it(`say with which TTL, from where, to which address and over which link: ${family}`, async () => {
      const heard: Datagram[] = [];
      ear(wild[family], heard);
      for (const ttl of [255, 64])
        assert.equal(mouth({ address: wild[family], ttl }).send(Uint8Array.of(ttl), to, port), 0);
      await eventually("two datagrams", () => heard.length === 2);
      assert.deepEqual(
        heard.map(({ ttl, octets }) => [ttl, octets[0]]),
        [
          [255, 255],
          [64, 64],
        ],
      );
      assert.equal(formatAddress(heard[0]!.local!), formatAddress(to));
      assert.equal(heard[0]!.ifindex, netns.ifindex("lo"));
      assert.equal(heard[0]!.remote.port, open[1]!.port);
    });
  }

  it("reach a link-local address over the link that is named", async () => {
    netns.ip("-6 addr add fe80::1/64 dev v0 nodad");
    netns.ip("-6 addr add fe80::2/64 dev v1 nodad");
    const heard: Datagram[] = [];
    ear(wild.ipv6, heard);
    const ifindex = netns.ifindex("v0");
    mouth({ address: wild.ipv6 }).send(Uint8Array.of(1), parseAddress("fe80::2")!, port, ifindex);
    await eventually("the datagram", () => heard.length === 1);
    assert.deepEqual([heard[0]!.ifindex, heard[0]!.ttl], [netns.ifindex("v1"), 255]);
  });

  it("hand over many at a turn, and all that has come when drained", () => {
    const heard: Datagram[] = [];
    const socket = ear(wild.ipv4, heard);
    const from = mouth({ address: wild.ipv4 });
    for (let i = 0; i < 100; i++) from.send(Uint8Array.of(i), ipv4(0x7f000001), port);
    socket.drain();
    assert.deepEqual(
      heard.map(({ octets }) => octets[0]),
      Array.from({ length: 100 }, (_, i) => i),
    );
    socket.close();
    socket.drain();
    assert.equal(heard.length, 100);
  });

  it("are refused with a reason, answer what cannot be sent with its number, and leak nothing", () => {
    ear(wild.ipv4, []);
    const before = openDescriptors();
    const listener = { received() {}, failed() {} };
    const taken = { address: wild.ipv4, port, ttl: 255, netns: netns.path };
    assert.throws(() => new UdpSocket(taken, listener), { code: "kernel/syscall", errno: "EADDRINUSE" });
    assert.throws(() => mouth({ address: parseAddress("10.9.9.9")! }), { errno: "EADDRNOTAVAIL" });
    assert.throws(() => mouth({ address: wild.ipv4, ttl: 256 }), { errno: "EINVAL" });
    const socket = mouth({ address: wild.ipv4 });
    assert.ok(socket.send(Uint8Array.of(1), parseAddress("10.9.9.9")!, port) > 0, "there is no route");
    socket.close();
    socket.close();
    assert.ok(socket.send(Uint8Array.of(1), ipv4(0x7f000001), port) > 0, "it is closed");
    assert.equal(openDescriptors(), before);
  });

  it("of a thread that dies are closed: their port is free again", async () => {
    const module = new URL("./udp-socket.ts", import.meta.url).href;
    const options = JSON.stringify({ address: wild.ipv4, port, ttl: 255, netns: netns.path });
    const code = `import(${JSON.stringify(module)}).then(({ UdpSocket }) => {
      new UdpSocket(${options}, { received() {}, failed() {} });
      new UdpSocket({ ...${options}, port: 50000 });
      require("node:worker_threads").parentPort.postMessage("open");
    });`;
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    assert.throws(() => ear(wild.ipv4, []), { errno: "EADDRINUSE" });
    await worker.terminate();
    ear(wild.ipv4, []);
    mouth({ address: wild.ipv4, port: 50000 });
  });
});
