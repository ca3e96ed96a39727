import { execFileSync } from "node:child_process";
import { eventually, scratchNetns } from "../../io/scratch-netns.ts";
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

describe("packet logging of this kernel", () =>
  nflogContract(() => {
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
  }));
