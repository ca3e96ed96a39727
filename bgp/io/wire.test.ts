import assert from "node:assert/strict";
import { ipv4, ipv6 } from "../../net/address.ts";
import { type WireLab, wireContract } from "../wire.contract.ts";
import type { Connection, Listener } from "../wire.ts";
import { endpointOf, hostOf } from "./socket-endpoint.ts";
import { NetWire } from "./wire.ts";

/** Lets the loop turn until the condition holds, at most ten seconds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "it never came to that");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A wire that ends with the test: every socket it made is closed, whatever the test left behind. */
class ShortWire extends NetWire {
  readonly open: (() => void)[] = [];

  override dial(...[options, listener]: Parameters<NetWire["dial"]>): ReturnType<NetWire["dial"]> {
    const onConnect = (connection: Connection): void => {
      this.open.push(() => connection.reset());
      listener.onConnect(connection);
    };
    return super.dial(options, { ...listener, onConnect });
  }

  override listen(...[options, listener]: Parameters<NetWire["listen"]>): ReturnType<NetWire["listen"]> {
    const onAccept = (connection: Connection): void => {
      this.open.push(() => connection.reset());
      listener.onAccept(connection);
    };
    const { onListening, onFail } = listener;
    const close = super.listen(options, { onAccept, onListening, onFail });
    this.open.push(close);
    return close;
  }
}

function lab(address: WireLab["address"]): WireLab {
  const wire = new ShortWire();
  const end = (): void => {
    for (const close of wire.open) close();
  };
  return { caller: wire, callee: wire, address, until, end };
}

wireContract("node:net over IPv4", () => lab(ipv4(0x7f000001)));
wireContract("node:net over IPv6", () => lab(ipv6(0, 0, 0, 1)));

describe("node:net", () => {
  it("knows no socket option, and says which", () => {
    const wire = new NetWire();
    assert.deepEqual(wire.unsupported({}), []);
    assert.deepEqual(wire.unsupported({ password: "x", ttlSecurityHops: 1, ttl: 2, device: "eth0" }), [
      "password",
      "ttlSecurityHops",
      "ttl",
      "device",
    ]);
  });

  it("waiting on all addresses, names IPv4 callers by their IPv4 address", async () => {
    const wire = new ShortWire();
    let listener: Listener | undefined;
    let accepted: Connection | undefined;
    const onAccept = (connection: Connection): unknown => (accepted = connection);
    wire.listen({ port: 0 }, { onListening: (l) => (listener = l), onAccept, onFail: assert.fail });
    await until(() => listener !== undefined);
    const remote = { address: ipv4(0x7f000001), zone: "", port: listener!.local.port };
    wire.dial({ remote, localAddress: ipv4(0x7f000005) }, { onConnect: () => {}, onFail: assert.fail });
    await until(() => accepted !== undefined);
    assert.deepEqual(accepted!.remote.address, ipv4(0x7f000005));
    for (const close of wire.open) close();
  });

  it("cannot protect peers later either", async () => {
    const wire = new ShortWire();
    let listener: Listener | undefined;
    wire.listen(
      { address: ipv4(0x7f000001), port: 0 },
      { onListening: (l) => (listener = l), onAccept: () => {}, onFail: assert.fail },
    );
    await until(() => listener !== undefined);
    const range = { ...ipv4(0x0a000000), length: 8 };
    listener!.protect([{ range }]);
    assert.throws(() => listener!.protect([{ range, password: "x" }]), { code: "bgp/unsupported-socket-option" });
    for (const close of wire.open) close();
  });

  it("names addresses with their zone, as node does", () => {
    const linkLocal = ipv6(0xfe800000, 0, 0, 1);
    assert.deepEqual(endpointOf("fe80::1%eth0", 179), { address: linkLocal, zone: "eth0", port: 179 });
    assert.equal(hostOf({ address: linkLocal, zone: "eth0" }), "fe80::1%eth0");
    assert.deepEqual(endpointOf("::ffff:10.0.0.1", 1).address, ipv4(0x0a000001));
  });
});
