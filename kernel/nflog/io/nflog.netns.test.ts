import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openNetlink } from "../../io/netlink-socket.ts";
import { eventually, scratchNetns } from "../../io/scratch-netns.ts";
import type { OpenNetlink } from "../../netlink/socket.ts";
import { bindGroup } from "../netlink-nflog.ts";
import { nflogContract } from "../nflog.contract.ts";
import { openNflog } from "./nflog.ts";

const rules = `table inet logs {
  chain output {
    type filter hook output priority 0;
    udp dport 7777 meta mark set 7
    meta nfproto ipv4 udp dport 7777 log prefix "udp of ipv4" group 77
    meta nfproto ipv6 udp dport 7777 log prefix "udp of ipv6" group 77
  }
}`;

/** A namespace with the rules, and commands inside it. */
function loggingNetns() {
  const netns = scratchNetns("nflog");
  const run = (words: string[], input = ""): void => {
    execFileSync("ip", ["netns", "exec", netns.name, ...words], { input, stdio: "pipe" });
  };
  try {
    run(["nft", "-f", "-"], rules);
  } catch (error) {
    netns.close();
    throw error;
  }
  return { netns, run };
}

describe("packet logging of this kernel", () => {
  nflogContract(() => {
    const { netns, run } = loggingNetns();
    return {
      open: openNflog,
      netns: { netns: netns.path },
      loopback: netns.ifindex("lo"),
      // What the shell writes at once is one datagram.
      send: (family, payload) => {
        const place = family === "ipv4" ? "127.0.0.1" : "::1";
        run(["bash", "-c", 'printf %s "$1" > "/dev/udp/$0/7777"', place, payload]);
      },
      eventually,
      close: () => netns.close(),
    };
  });

  it("counts every packet that is lost for want of room", async () => {
    const { netns, run } = loggingNetns();
    let heard = 0;
    let lost = 0;
    const small: OpenNetlink = (options, listener) => openNetlink({ ...options, receiveBuffer: 32_768 }, listener);
    const listener = {
      packet: () => void heard++,
      lost: (count: number) => void (lost += count),
      failed: (error: Error) => assert.fail(error),
    };
    try {
      const port = await bindGroup(small, { netns: netns.path, group: 77 }, listener);
      const flood = (packets: number): void =>
        run([
          "python3",
          "-c",
          "import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n" +
            "for i in range(int(sys.argv[1])): s.sendto(b'x', ('127.0.0.1', 7777))",
          `${packets}`,
        ]);
      // Nobody reads while the flood runs: this process waits for it.
      flood(5000);
      await eventually("what there was room for", () => heard > 0);
      flood(1);
      await eventually("the number of those lost", () => heard + lost === 5001);
      port.close();
      assert.ok(lost > 0 && heard > 1, `${heard} heard, ${lost} lost`);
    } finally {
      netns.close();
    }
  });
});
