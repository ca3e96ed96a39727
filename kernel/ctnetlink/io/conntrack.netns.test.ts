import { execFileSync } from "node:child_process";
import { formatAddress } from "../../../net/address-text.ts";
import { scratchNetns } from "../../io/scratch-netns.ts";
import { conntrackContract, type OpenedFlow } from "../conntrack.contract.ts";
import { openConntrack } from "./conntrack.ts";

const names: Record<number, string> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp" };

/** What `conntrack -I` is to be told for this flow to be there. */
function insertion({ original, reply, zone }: OpenedFlow): string[] {
  const { source, destination, protocol, sourcePort, destinationPort, icmp } = original;
  const words = ["-I", "-s", formatAddress(source), "-d", formatAddress(destination)];
  words.push("-p", names[protocol]!, "-t", "300");
  const name = `--${names[protocol]}`;
  if (icmp) words.push(`${name}-type`, `${icmp.type}`, `${name}-code`, `${icmp.code}`, `${name}-id`, `${icmp.id}`);
  else words.push("--sport", `${sourcePort}`, "--dport", `${destinationPort}`);
  if (protocol === 6) words.push("--state", "ESTABLISHED");
  if (protocol === 132) words.push("--state", "ESTABLISHED", "--orig-vtag", "1", "--reply-vtag", "2");
  if (zone !== undefined) words.push("-w", `${zone}`);
  if (!reply) return words;
  words.push("-r", formatAddress(reply.source), "-q", formatAddress(reply.destination));
  return [...words, "--reply-port-src", `${reply.sourcePort}`, "--reply-port-dst", `${reply.destinationPort}`];
}

describe("the connection table of this kernel", () =>
  conntrackContract(() => {
    const netns = scratchNetns("conntrack");
    const conntrack = openConntrack({ netns: netns.path });
    return {
      conntrack,
      open(flow) {
        const words = ["netns", "exec", netns.name, "conntrack", ...insertion(flow)];
        execFileSync("ip", words, { stdio: "pipe" });
      },
      close() {
        conntrack.close();
        netns.close();
      },
    };
  }));
