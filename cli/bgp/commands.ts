import type { Command } from "commander";
import type { Action } from "../program.ts";

function asking(command: Command, forms: string): Command {
  return command
    .option("-o, --output <form>", forms, "ps")
    .option("--socket <path>", "socket of the agent or speaker (default: those in MANX_RUN_DIR, or /run/manx)");
}

/** The commands of `manxctl bgp`. */
export function bgpCommands(program: Command, on: (command: Command, action: Action) => void): void {
  const bgp = program.command("bgp").description("sessions, routes and messages of BGP");
  const peers = bgp.command("peers").description("how the sessions are and what they carry");
  on(asking(peers, "ps, wide, json or yaml"), async (shell, _, options) =>
    (await import("./peers.ts")).bgpPeers(shell, options),
  );
  const peer = bgp.command("peer <name>").description("everything of one peer");
  on(asking(peer, "ps, json or yaml"), async (shell, words, options) =>
    (await import("./peer.ts")).bgpPeer(shell, words[0]!, options),
  );
  const routes = bgp
    .command("routes [prefix]")
    .description("routes: of a prefix, of what covers an address, or all best ones");
  asking(routes, "ps, json or yaml")
    .option("--peer <name>", "only paths that this peer sent (`local`: ours), or with --advertised was told")
    .option("--received", "paths as peers sent them, before filters")
    .option("--advertised", "what --peer was told")
    .option("--all", "every path, not only the chosen ones")
    .option("--family <family>", "ipv4 or ipv6")
    .option("--limit <number>", "at most so many routes");
  on(routes, async (shell, words, options) => (await import("./routes.ts")).bgpRoutes(shell, words[0], options));
  const explain = bgp
    .command("explain <prefix>")
    .description("why a path is best, why others are not, and who is not told");
  on(asking(explain, "ps, json or yaml"), async (shell, words, options) =>
    (await import("./explain.ts")).bgpExplain(shell, words[0]!, options),
  );
  const decode = bgp
    .command("decode [file]")
    .description("messages in hexadecimal text, pcap, pcapng or MRT, as JSON lines");
  on(decode, async (shell, words) => (await import("./decode.ts")).bgpDecode(shell, words[0] ?? "-"));
}
