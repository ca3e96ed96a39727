import assert from "node:assert/strict";
import { constants, readdirSync, readlinkSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { errno } from "../errno.ts";
import { NETLINK_ROUTE } from "../netlink/header.ts";
import { MessageReader } from "../netlink/message-reader.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "../rtnetlink/constants.ts";
import { addon, READABLE } from "./addon.ts";
import { openNetlink } from "./netlink-socket.ts";
import { withNetns } from "./netns.ts";
import { eventually, type ScratchNetns, scratchNetns } from "./scratch-netns.ts";

/** The addon as an untyped thing: what a mistake in TypeScript could hand to it. */
const raw = (): Record<string, (...args: unknown[]) => unknown> =>
  addon() as unknown as Record<string, (...args: unknown[]) => unknown>;
const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

describe("the addon", () => {
  let netns: ScratchNetns;
  beforeEach(() => {
    netns = scratchNetns();
  });
  afterEach(() => netns.close());

  it("answers EINVAL to arguments that are none, and never throws", () => {
    const junk = [undefined, null, "x", -1, 1.5, {}, [], () => {}, new Float64Array(4), new Uint8Array(0)];
    const exempt = new Set(["close"]);
    for (const [name, call] of Object.entries(raw())) {
      assert.equal(call(), -errno.EINVAL, `${name} without arguments`);
      if (exempt.has(name)) continue;
      for (const a of junk) {
        for (const b of junk) {
          const result = call(a, b, a, b);
          assert.ok(typeof result === "number" && result < 0, `${name}(${String(a)}, ${String(b)}) is ${result}`);
        }
      }
    }
  });

  it("comes back from every namespace it enters, also when the call there fails", () => {
    const home = readlinkSync("/proc/thread-self/ns/net");
    withNetns(netns.path, (inside) => {
      assert.equal(addon().open("/proc/sys/net/no-such", constants.O_RDONLY, inside), -errno.ENOENT);
      assert.equal(addon().socket(99, 3, 0, inside), -errno.EAFNOSUPPORT);
      const fd = addon().socket(16, 3, NETLINK_ROUTE, inside);
      assert.ok(fd >= 0);
      addon().close(fd);
    });
    const notANamespace = 1;
    assert.ok(addon().socket(16, 3, NETLINK_ROUTE, notANamespace) < 0);
    assert.equal(readlinkSync("/proc/thread-self/ns/net"), home);
  });

  it("refuses paths and programs that do not fit", () => {
    assert.equal(addon().open("/".repeat(256), constants.O_RDONLY, -1), -errno.ENAMETOOLONG);
    const fd = addon().socket(16, 3, NETLINK_ROUTE, -1);
    assert.equal(addon().filter(fd, new Uint8Array(8 * 17)), -errno.EINVAL);
    assert.equal(addon().filter(fd, new Uint8Array(7)), -errno.EINVAL);
    assert.equal(addon().receive(fd, new Uint8Array(1000), new Int32Array(1)), -errno.EINVAL);
    assert.equal(addon().close(fd), 0);
  });

  it("leaks no descriptor when sockets and watches come and go", async () => {
    const listener = { received() {}, overrun() {}, failed() {} };
    openNetlink({ protocol: NETLINK_ROUTE, netns: netns.path }, listener).close();
    const before = openDescriptors();
    for (let i = 0; i < 50; i++) {
      const socket = openNetlink({ protocol: NETLINK_ROUTE, netns: netns.path, groups: [k.RTNLGRP_LINK] }, listener);
      socket.close();
      socket.close();
      assert.throws(() => socket.send(new Uint8Array(16)), { code: "kernel/closed" });
      assert.throws(() => openNetlink({ protocol: 31 }, listener), { errno: "EPROTONOSUPPORT" });
      assert.throws(() => openNetlink({ protocol: NETLINK_ROUTE, groups: [4711] }, listener));
    }
    assert.equal(openDescriptors(), before);
    const fd = addon().socket(16, 3, NETLINK_ROUTE, -1);
    const watched = addon().watch(fd, READABLE, () => {});
    assert.ok(typeof watched !== "number");
    assert.equal(
      addon().watch(fd, READABLE, () => {}),
      -errno.EEXIST,
      "one watch a descriptor",
    );
    assert.equal(addon().unwatch(watched), 0);
    assert.equal(addon().unwatch(watched), 0, "again does nothing");
    addon().close(fd);
  });

  it("tells of an overrun beside what did arrive", async () => {
    let overruns = 0;
    let notices = 0;
    const tiny = { protocol: NETLINK_ROUTE, netns: netns.path, groups: [k.RTNLGRP_IPV4_ROUTE], receiveBuffer: 8192 };
    const socket = openNetlink(tiny, {
      received(octets) {
        const reader = new MessageReader(octets);
        while (reader.next()) notices++;
      },
      overrun: () => void overruns++,
      failed: (error) => assert.fail(error),
    });
    // Many more notices than there is room for, before the loop turns.
    for (let i = 0; i < 4; i++) {
      netns.ip("route add 10.0.0.0/8 dev v0");
      netns.ip("route flush 10.0.0.0/8");
    }
    const writer = openNetlink(
      { protocol: NETLINK_ROUTE, netns: netns.path },
      { received() {}, overrun() {}, failed() {} },
    );
    const w = new MessageWriter();
    for (let i = 0; i < 200; i++) {
      w.begin(k.RTM_NEWROUTE, 0x405, i + 1)
        .u8(2)
        .u8(32)
        .zeros(2)
        .u8(254)
        .u8(80)
        .u8(253)
        .u8(1)
        .u32(0);
      w.attrBe32(k.RTA_DST, 0x0a000000 + i).attrU32(k.RTA_OIF, netns.ifindex("v0"));
    }
    writer.send(w.view());
    await eventually("overrun", () => overruns > 0 && notices > 0);
    socket.close();
    writer.close();
  });

  it("lets a worker end with a watch still open", async () => {
    const module = new URL("./netlink-socket.ts", import.meta.url).href;
    const code = `import(${JSON.stringify(module)}).then(({ openNetlink }) => {
      openNetlink({ protocol: 0, groups: [1] }, { received() {}, overrun() {}, failed() {} });
      process.exit(7);
    });`;
    const worker = new Worker(code, { eval: true });
    const exit = await new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    assert.equal(exit, 7);
  });
});
