import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { type WireLab, wireContract } from "../../bgp/wire.contract.ts";
import type { Connection, DialOptions, Endpoint, Listener, ListenPeer, Wire } from "../../bgp/wire.ts";
import { type ScratchNetns, scratchNetns } from "../../kernel/io/scratch-netns.ts";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { hostPrefix, parsePrefix } from "../../net/prefix.ts";
import { KernelWire } from "./kernel-wire.ts";

const loopbacks = [ipv4(0x7f000001), ipv6(0, 0, 0, 1)];

/** Lets the loop turn until the condition holds, at most ten seconds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "it never came to that");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A wire inside a namespace that ends with its test: every socket it made is closed, whatever the test left behind. */
class ShortWire extends KernelWire {
  readonly open: (() => void)[] = [];

  constructor(netns: ScratchNetns) {
    const ifindexOf = (name: string): number | undefined => (/^v[01]$/.test(name) ? netns.ifindex(name) : undefined);
    super(ifindexOf, { netns: netns.path });
  }

  override dial(...[options, listener]: Parameters<KernelWire["dial"]>): ReturnType<KernelWire["dial"]> {
    const onConnect = (connection: Connection): void => {
      this.open.push(() => connection.reset());
      listener.onConnect(connection);
    };
    const { onFail } = listener;
    const cancel = super.dial(options, { onConnect, onFail });
    this.open.push(cancel);
    return cancel;
  }

  override listen(...[options, listener]: Parameters<KernelWire["listen"]>): ReturnType<KernelWire["listen"]> {
    const onAccept = (connection: Connection): void => {
      this.open.push(() => connection.reset());
      listener.onAccept(connection);
    };
    const { onListening, onFail } = listener;
    const close = super.listen(options, { onAccept, onListening, onFail });
    this.open.push(close);
    return close;
  }

  end(): void {
    for (const close of this.open.splice(0)) close();
  }
}

describe("sockets of the kernel", () => {
  let netns: ScratchNetns;
  before(() => void (netns = scratchNetns("agent")));
  after(() => netns.close());

  function lab(address: Address): WireLab {
    const wire = new ShortWire(netns);
    return { caller: wire, callee: wire, address, until, end: () => wire.end() };
  }

  for (const address of loopbacks) wireContract(`the kernel's ${address.family}`, () => lab(address));

  describe("beyond what every wire does", () => {
    let wire: ShortWire;
    let accepted: Connection[];
    beforeEach(() => {
      wire = new ShortWire(netns);
      accepted = [];
    });
    afterEach(() => wire.end());

    async function listening(options: { address?: Address; port?: number; device?: string; peers?: ListenPeer[] }) {
      const seen: { listener?: Listener; error?: Error } = {};
      wire.listen(
        { port: 0, ...options },
        {
          onListening: (listener) => void (seen.listener = listener),
          onAccept: (connection) => {
            connection.listen({ onData: () => heard.push(connection), onDrain: () => {}, onClose: () => {} });
            accepted.push(connection);
          },
          onFail: (error) => void (seen.error = error),
        },
      );
      await until(() => seen.listener !== undefined || seen.error !== undefined);
      if (!seen.listener) throw seen.error;
      return seen.listener;
    }
    /** Connections of which octets arrived. */
    const heard: Connection[] = [];

    function dial(remote: Endpoint, options: Partial<DialOptions> = {}) {
      const call: { up?: Connection; error?: Error } = {};
      const onConnect = (up: Connection): void => {
        up.listen({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
        call.up = up;
      };
      wire.dial({ remote, ...options }, { onConnect, onFail: (error) => void (call.error = error) });
      return call;
    }
    async function connected(remote: Endpoint, options: Partial<DialOptions> = {}): Promise<Connection> {
      const call = dial(remote, options);
      await until(() => call.up !== undefined || call.error !== undefined);
      if (!call.up) throw call.error;
      return call.up;
    }
    const at = (address: Address, port: number): Endpoint => ({ address, zone: "", port });

    function counter(name: string): number {
      const args = ["netns", "exec", netns.name, "nstat", "-asz", name];
      const line = execFileSync("ip", args, { encoding: "utf8" }).split("\n")[1] ?? "";
      return Number(line.split(/ +/)[1]);
    }

    it("lacks nothing", () => {
      const asWire: Wire = wire;
      assert.deepEqual(asWire.unsupported({ password: "x", ttlSecurityHops: 1, ttl: 2, device: "lo" }), []);
    });

    for (const address of loopbacks) {
      const text = formatAddress(address);

      it(`connects with the right key, and never with a wrong one or none (${text})`, async () => {
        const { local } = await listening({ address, peers: [{ range: hostPrefix(address), password: "right" }] });
        const names = ["TcpExtTCPMD5Failure", "TcpExtTCPMD5NotFound"];
        const before = names.map(counter);
        const wrong = dial(local, { password: "wrong" });
        const none = dial(local);
        const up = await connected(local, { password: "right" });
        await until(() => names.every((name, i) => counter(name) > before[i]!));
        await until(() => accepted.length === 1);
        assert.deepEqual(accepted[0]!.remote, up.local);
        assert.deepEqual([wrong, none], [{}, {}]);
      });

      it(`a key that neither side needs is never answered (${text})`, async () => {
        const { local } = await listening({ address });
        const before = counter("TcpExtTCPMD5Unexpected");
        const call = dial(local, { password: "mine alone" });
        await until(() => counter("TcpExtTCPMD5Unexpected") > before);
        assert.deepEqual([call, accepted], [{}, []]);
      });

      it(`takes keys that change while it waits, and keeps what stands (${text})`, async () => {
        const range = hostPrefix(address);
        const listener = await listening({ address, peers: [{ range, password: "old" }] });
        const first = await connected(listener.local, { password: "old" });
        listener.protect([{ range, password: "new" }]);
        await connected(listener.local, { password: "new" });
        const before = counter("TcpExtTCPMD5Failure");
        const late = dial(listener.local, { password: "old" });
        await until(() => counter("TcpExtTCPMD5Failure") > before);
        assert.deepEqual(late, {});
        listener.protect([]);
        await connected(listener.local);
        first.write(Uint8Array.of(1));
        await until(() => heard.some((connection) => connection.remote.port === first.local.port));
      });

      it(`TTL security: the near talk, the far are not heard (${text})`, async () => {
        const peers = [{ range: hostPrefix(address), ttlSecurityHops: 1 }];
        const { local } = await listening({ address, peers });
        const near = await connected(local, { ttlSecurityHops: 1 });
        near.write(Uint8Array.of(1));
        await until(() => heard.some((connection) => connection.remote.port === near.local.port));
        const before = counter("TcpExtTCPMinTTLDrop");
        const far = await connected(local, { ttl: 64 });
        await until(() => accepted.length === 2);
        far.write(Uint8Array.of(1));
        await until(() => counter("TcpExtTCPMinTTLDrop") > before);
        assert.ok(!heard.some((connection) => connection.remote.port === far.local.port));
      });

      it(`TTL security: a caller does not take an answer from afar (${text})`, async () => {
        const { local } = await listening({ address });
        const before = counter("TcpExtTCPMinTTLDrop");
        const call = dial(local, { ttlSecurityHops: 1 });
        await until(() => counter("TcpExtTCPMinTTLDrop") > before);
        assert.deepEqual(call, {});
      });

      it(`a device that there is not is refused, in a call and in waiting (${text})`, async () => {
        const { local } = await listening({ address, device: "lo" });
        await connected(local, { device: "lo" });
        const code = "bgp/connect-failed";
        await assert.rejects(connected(local, { device: "no-such" }), { code, message: /SO_BINDTODEVICE.*ENODEV/ });
        await assert.rejects(listening({ address, device: "no-such" }), {
          code: "bgp/listen-failed",
          message: /ENODEV/,
        });
      });
    }

    it("waits for both families on one port, and holds each to its own keys", async () => {
      const peers = loopbacks.map((address) => ({ range: hostPrefix(address), password: address.family }));
      const listener = await listening({ port: 1790, peers });
      assert.equal(listener.local.port, 1790);
      for (const address of loopbacks) {
        const up = await connected(at(address, 1790), { password: address.family });
        await until(() => accepted.some(({ remote }) => remote.port === up.local.port));
        const there = accepted.find(({ remote }) => remote.port === up.local.port)!;
        assert.deepEqual([there.remote.address, there.local.address], [address, address]);
      }
      listener.protect(peers.slice(1));
      await connected(at(loopbacks[0]!, 1790));
      await connected(at(loopbacks[1]!, 1790), { password: "ipv6" });
      listener.close();
      for (const address of loopbacks)
        await assert.rejects(connected(at(address, 1790)), { code: "bgp/connect-failed" });
    });

    it("both families: of a port that one has already, the other is not left open", async () => {
      await listening({ address: loopbacks[1]!, port: 1791 });
      await assert.rejects(listening({ port: 1791 }), { code: "bgp/listen-failed", message: /1791/ });
      await assert.rejects(connected(at(loopbacks[0]!, 1791)), { code: "bgp/connect-failed" });
    });

    it("holds a range to one key, the callers outside it to none", async () => {
      const address = loopbacks[0]!;
      const { local } = await listening({ address, peers: [{ range: parsePrefix("127.0.7.0/24")!, password: "k" }] });
      await connected(local, { localAddress: parseAddress("127.0.7.7")!, password: "k" });
      await connected(local, { localAddress: parseAddress("127.0.8.8")! });
    });

    it("calls link-local addresses by the name of their interface", async () => {
      netns.ip("address add fe80::66/64 dev v0 nodad");
      netns.ip("address add fe80::77/64 dev v1 nodad");
      const address = parseAddress("fe80::77")!;
      await listening({ port: 1792 });
      const up = await connected({ address, zone: "v0", port: 1792 });
      await until(() => accepted.length === 1);
      assert.deepEqual([up.remote.address, accepted[0]!.local.address], [address, address]);
      const message = /fe80::77%no-such.*no interface no-such/;
      await assert.rejects(connected({ address, zone: "no-such", port: 1792 }), {
        code: "bgp/connect-failed",
        message,
      });
    });

    it("a secret is in no message", async () => {
      const call = dial(at(loopbacks[0]!, 9), { password: "x".repeat(81) });
      await until(() => call.error !== undefined);
      assert.doesNotMatch(`${call.error!.message} ${(call.error!.cause as Error).message}`, /xxx/);
    });
  });
});
