import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import type { Socket } from "node:net";
import { type Address, ipv4 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { hostPrefix, parsePrefix } from "../../net/prefix.ts";
import type { KernelError } from "../error.ts";
import type { TcpDial, TcpListen } from "../tcp.ts";
import { eventually, type ScratchNetns, scratchNetns } from "./scratch-netns.ts";
import { TcpListener } from "./tcp-listener.ts";
import { dialTcp } from "./tcp-socket.ts";

describe("TCP sockets of this kernel", () => {
  let netns: ScratchNetns;
  const listeners: TcpListener[] = [];
  const sockets: Socket[] = [];
  const cancels: (() => void)[] = [];
  beforeEach(() => {
    netns = scratchNetns();
  });
  afterEach(() => {
    for (const cancel of cancels.splice(0)) cancel();
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const listener of listeners.splice(0)) listener.close();
    netns.close();
  });

  const keep = (socket: Socket): Socket => {
    sockets.push(socket.on("error", () => {}));
    return socket;
  };
  const accepted: { readonly socket: Socket; readonly address: Address }[] = [];
  const listen = (address: Address, more: Partial<TcpListen> = {}): TcpListener => {
    accepted.length = 0;
    const events = {
      onAccept: (socket: Socket, from: { readonly address: Address }) =>
        void accepted.push({ socket: keep(socket), address: from.address }),
      onFail: (error: KernelError) => assert.fail(error),
    };
    const listener = new TcpListener({ address, port: 0, netns: netns.path, ...more }, events);
    listeners.push(listener);
    return listener;
  };
  const start = (address: Address, port: number, more: Partial<TcpDial> = {}) => {
    const state: { socket?: Socket; error?: KernelError } = {};
    const cancel = dialTcp(
      { remote: { address, port }, netns: netns.path, ...more },
      {
        onConnect: (socket) => void (state.socket = keep(socket)),
        onFail: (error) => void (state.error = error),
      },
    );
    cancels.push(cancel);
    return { state, cancel };
  };
  const dial = async (address: Address, port: number, more: Partial<TcpDial> = {}): Promise<Socket> => {
    const { state } = start(address, port, more);
    await eventually("an end of the call", () => state.socket !== undefined || state.error !== undefined);
    if (!state.socket) throw state.error;
    return state.socket;
  };
  const echo = async (from: Socket): Promise<void> => {
    const far = () => accepted.find(({ socket }) => socket.remotePort === from.localPort);
    await eventually("the accepted end", () => far() !== undefined);
    const { socket } = far()!;
    from.write("hello");
    const [data] = (await once(socket, "data")) as [Buffer];
    socket.write(data);
    const [back] = (await once(from, "data")) as [Buffer];
    assert.equal(back.toString(), "hello");
  };
  const ss = (filter: string): string =>
    execFileSync("ip", ["netns", "exec", netns.name, "ss", "-tnaemiH", ...filter.split(" ")], {
      encoding: "utf8",
      stdio: "pipe",
    });

  for (const text of ["127.0.0.1", "::1"]) {
    const address = parseAddress(text)!;
    it(`connects, carries octets both ways and says who called (${text})`, async () => {
      const { port } = listen(address);
      const socket = await dial(address, port);
      await echo(socket);
      assert.equal(formatAddress(accepted[0]!.address), text);
      assert.equal(socket.remotePort, port);
    });

    it(`connects with the right key, and never with a wrong one or none (${text})`, async () => {
      const { port } = listen(address, { peers: [{ range: hostPrefix(address), md5: "right" }] });
      const wrong = start(address, port, { md5: "wrong" });
      const none = start(address, port);
      await echo(await dial(address, port, { md5: "right" }));
      // The right one was the last to call: the others have had their chance, and go on trying in vain.
      assert.equal(wrong.state.socket ?? none.state.socket, undefined);
      assert.equal(accepted.length, 1);
      assert.match(ss(`state established dport = ${port}`), new RegExp(`md5keys:.*${text}`));
    });

    it(`takes over key changes while it waits (${text})`, async () => {
      const range = hostPrefix(address);
      const listener = listen(address, { peers: [{ range, md5: "old" }] });
      const before = await dial(address, listener.port, { md5: "old" });
      listener.setPeers([{ range, md5: "new" }]);
      await echo(before);
      await echo(await dial(address, listener.port, { md5: "new" }));
      listener.setPeers([]);
      await echo(await dial(address, listener.port));
      await echo(before);
    });
  }

  it("holds a whole range to one key", async () => {
    const local = parseAddress("127.0.7.7")!;
    const { port } = listen(ipv4(0x7f000001), { peers: [{ range: parsePrefix("127.0.7.0/24")!, md5: "range" }] });
    await echo(await dial(ipv4(0x7f000001), port, { local: { address: local }, md5: "range" }));
    await echo(await dial(ipv4(0x7f000001), port, { local: { address: parseAddress("127.0.8.8")! } }));
  });

  it("accepts only the near with TTL security, and is accepted by them", async () => {
    const loopback = ipv4(0x7f000001);
    const peers = [{ range: hostPrefix(loopback), ttl: 255, minTtl: 255 }];
    const { port } = listen(loopback, { peers });
    await echo(await dial(loopback, port, { ttl: 255, minTtl: 255 }));
    const far = await dial(loopback, port, { ttl: 64 });
    await eventually("the accepted end", () => accepted.length === 2);
    let heard = false;
    accepted[1]!.socket.on("data", () => (heard = true));
    far.write("from afar");
    await eventually("the drop", () => /TCPMinTTLDrop *[1-9]/.test(nstat(netns)));
    assert.equal(heard, false);
  });

  it("binds to a device and to an address, or fails", async () => {
    const address = ipv4(0x7f000001);
    const { port } = listen(address);
    const local = { address: parseAddress("127.0.0.5")! };
    const socket = await dial(address, port, { device: "lo", local, trafficClass: 0xc0 });
    assert.equal(socket.localAddress, "127.0.0.5");
    await assert.rejects(dial(address, port, { device: "no-such" }), { errno: "ENODEV" });
    await assert.rejects(dial(address, port, { local: { address: parseAddress("10.9.0.9")! } }), {
      errno: "EADDRNOTAVAIL",
    });
    assert.match(ss(`state established dport = ${port}`), /%lo/);
  });

  it("tells why a call failed, never from within dial, and nothing once it is given up", async () => {
    const loopback = ipv4(0x7f000001);
    const refusedCall = start(loopback, 9);
    assert.deepEqual(refusedCall.state, {});
    await eventually("refusal", () => refusedCall.state.error !== undefined);
    assert.equal(refusedCall.state.error?.errno, "ECONNREFUSED");
    const unreachable = start(parseAddress("192.0.2.1")!, 9);
    assert.deepEqual(unreachable.state, {});
    await eventually("no route", () => unreachable.state.error?.errno === "ENETUNREACH");
    const bad = start(loopback, 9, { ttl: 256 });
    await eventually("bad option", () => bad.state.error?.errno === "EINVAL");
    const given = [start(loopback, 9), start(parseAddress("192.0.2.1")!, 9)];
    for (const { cancel } of given) cancel();
    const after = start(loopback, 9);
    await eventually("a later call's end", () => after.state.error !== undefined);
    for (const { state } of given) assert.deepEqual(state, {});
  });

  it("does not leak descriptors, whatever happens", async () => {
    const loopback = ipv4(0x7f000001);
    const open = (): number => readdirSync("/proc/self/fd").length;
    await assert.rejects(dial(loopback, 9));
    const before = open();
    for (let i = 0; i < 20; i++) {
      // Nobody answers a signed SYN with a signed RST: this call would go on for long.
      start(loopback, 9, { md5: "x" }).cancel();
      await assert.rejects(dial(loopback, 9, { device: "no-such" }));
      start(loopback, 9).cancel();
      assert.throws(() => listen(parseAddress("192.0.2.1")!), { errno: "EADDRNOTAVAIL" });
      assert.throws(() => listen(loopback, { peers: [{ range: hostPrefix(loopback), md5: "x".repeat(81) }] }));
    }
    assert.equal(open(), before);
  });

  it("says that a port is taken", () => {
    const { port } = listen(ipv4(0x7f000001));
    assert.throws(() => listen(ipv4(0x7f000001), { port }), { code: "kernel/syscall", errno: "EADDRINUSE" });
  });

  it("waits for both families on one port", async () => {
    const { port } = listen(parseAddress("::")!);
    listen(parseAddress("0.0.0.0")!, { port });
    await echo(await dial(parseAddress("::1")!, port));
    await echo(await dial(ipv4(0x7f000001), port));
  });
});

function nstat(netns: ScratchNetns): string {
  return execFileSync("ip", ["netns", "exec", netns.name, "nstat", "-asz", "TcpExtTCPMinTTLDrop"], {
    encoding: "utf8",
  });
}
