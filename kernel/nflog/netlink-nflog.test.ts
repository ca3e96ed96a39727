import assert from "node:assert/strict";
import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";
import { NLM_F_CAPPED, NLMSG_ERROR } from "../netlink/header.ts";
import { MessageReader } from "../netlink/message-reader.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import type { NetlinkListener, OpenNetlink } from "../netlink/socket.ts";
import { nful } from "./constants.ts";
import type { LoggedPacket } from "./logged-packet.ts";
import { nflogMessage } from "./message.ts";
import { bindGroup } from "./netlink-nflog.ts";
import { udpToItself } from "./sim/sample-packet.ts";

describe("a log group over nfnetlink", () => {
  let kernel: NetlinkListener;
  let sent: number;
  let closed: boolean;
  let heard: LoggedPacket[];
  let lost: number[];
  let failures: unknown[];
  const open: OpenNetlink = (_, listener) => {
    kernel = listener;
    const send = (octets: Uint8Array): void => {
      const reader = new MessageReader(octets);
      while (reader.next()) sent++;
    };
    return { port: 1, send, close: () => (closed = true) };
  };
  const bind = () =>
    bindGroup(
      open,
      { group: 5 },
      {
        packet: (packet) => heard.push(packet),
        lost: (count) => lost.push(count),
        failed: (error) => failures.push(error),
      },
    );
  const verdict = (sequence: number, number = 0): void => {
    const w = new MessageWriter().begin(NLMSG_ERROR, NLM_F_CAPPED, sequence);
    kernel.received(
      w
        .u32(-number >>> 0)
        .zeros(16)
        .view(),
    );
  };
  const packet = (sequence: number): void => {
    const w = new MessageWriter().begin(nflogMessage.packet, 0, 0).zeros(4);
    w.attrBytes(nful.NFULA_PACKET_HDR, Uint8Array.of(8, 0, 2, 0));
    w.attrBytes(nful.NFULA_TIMESTAMP, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0xff, 0xff));
    w.attrBytes(nful.NFULA_PAYLOAD, udpToItself("ipv4", "")).attrText(nful.NFULA_PREFIX, "why");
    kernel.received(w.attrBe32(nful.NFULA_SEQ, sequence).view());
  };
  const bindWell = async () => {
    const port = bind();
    for (let i = 1; i <= sent; i++) verdict(i);
    return port;
  };
  beforeEach(() => {
    [sent, closed, heard, lost, failures] = [0, false, [], [], []];
  });

  it("is bound when the last request is granted, and refused with the first that is not", async () => {
    const port = await bindWell();
    assert.equal(closed, false);
    port.close();
    assert.equal(closed, true);
    const taken = bind();
    verdict(1, errno.EPERM);
    await assert.rejects(taken, { code: "kernel/refused", message: /log group 5.*EPERM/ });
  });

  it("tells hook, words, time of a packet", async () => {
    await bindWell();
    packet(0);
    const [{ hook, prefix, timestamp, headers } = assert.fail()] = heard;
    assert.deepEqual([hook, prefix, timestamp], ["forward", "why", 2065]);
    assert.equal(headers?.destinationPort, 7777);
  });

  it("counts packets that are missing in the row, over the end of the numbers too", async () => {
    await bindWell();
    packet(0);
    packet(4);
    kernel.overrun();
    packet(7);
    assert.deepEqual(lost, [3, 0, 2]);
    packet(0x7000_0000);
    packet(0xd000_0000);
    packet(0xffff_ffff);
    packet(0);
    assert.equal(lost.length, 6);
    assert.equal(heard.length, 7);
  });

  it("says that something is lost when a message does not parse, and goes on", async () => {
    await bindWell();
    kernel.received(Uint8Array.of(200, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    packet(0);
    assert.deepEqual([lost, heard.length], [[0], 1]);
  });

  it("tells once that its socket broke", async () => {
    await bindWell();
    kernel.failed(syscallFailed("receive from netlink", errno.EBADF));
    kernel.failed(syscallFailed("receive from netlink", errno.EBADF));
    assert.equal(failures.length, 1);
  });
});
