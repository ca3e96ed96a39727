import { readFileSync } from "node:fs";
import { run } from "../../lab/run.ts";
import { waitFor } from "../../lab/wait.ts";
import { carriesIn, type Daemon, type DaemonKind, type PathSeen } from "../daemon.ts";
import type { Host } from "../host.ts";
import type { Plan } from "../plan.ts";
import { exabgpConfig } from "./exabgp-config.ts";
import { type Journal, journalPaths, journalStates } from "./exabgp-journal.ts";

/** ExaBGP: it keeps no routes, so what it heard is read from the journal of its API. */
class Exabgp implements Daemon {
  readonly program = "exabgp";
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async start(plan: Plan): Promise<void> {
    this.#host.file("journal.json", "", 0o666);
    // it takes for a command whatever that program prints, and for dead a program that closes its output
    const journalist = `/bin/sh ${this.#host.file("journalist.sh", `cat >> ${this.#journalFile}\nexit\n`)}`;
    const config = this.#host.file("exabgp.conf", exabgpConfig(plan, journalist));
    this.#host.start("exabgp", ["exabgp", config], {
      "exabgp.daemon.user": "root",
      "exabgp.daemon.drop": "false",
      "exabgp.api.cli": "false",
      "exabgp.api.ack": "false",
      "exabgp.tcp.bind": plan.neighbours.map(({ localAddress }) => localAddress).join(" "),
      "exabgp.tcp.port": "179",
      "exabgp.log.destination": "stdout",
      "exabgp.log.level": "INFO",
      "exabgp.cache.attributes": "false",
    });
    await waitFor("exabgp speaks", 15_000, async () => {
      return this.#host.log("exabgp").includes("loaded new configuration") ? true : undefined;
    });
  }

  async isEstablished(neighbour: string): Promise<boolean> {
    return journalStates(this.#journal()).get(neighbour) === "up";
  }

  async paths(prefix: string): Promise<readonly PathSeen[]> {
    return journalPaths(this.#journal(), prefix);
  }

  async carries(prefix: string, community: string): Promise<boolean> {
    return carriesIn(await this.paths(prefix), community);
  }

  async crash(): Promise<void> {
    await this.#host.end("exabgp", "SIGKILL");
  }

  async shutdown(_neighbour: string, _text: string): Promise<void> {
    throw new Error("exabgp cannot send a shutdown text");
  }

  async hearsay(): Promise<string> {
    return readFileSync(this.#journalFile, "utf8") + this.#host.log("exabgp");
  }

  lastWords(): string {
    return this.#host.lastWords("exabgp");
  }

  get #journalFile(): string {
    return `${this.#host.folder}/journal.json`;
  }

  #journal(): Journal {
    const lines = readFileSync(this.#journalFile, "utf8").split("\n").slice(0, -1);
    return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(printable(line)) as Journal[number]);
  }
}

/** A line without the control characters that this version leaves in the data of a NOTIFICATION. */
function printable(line: string): string {
  return line.replaceAll(/[^ -~]/g, " ");
}

/** ExaBGP of Debian. */
export const exabgp: DaemonKind = {
  name: "ExaBGP",
  lacks: {
    rib: "keeps no routes",
    "kernel routes": "writes no kernel routes",
    "route reflection": "keeps no routes to reflect",
    "graceful restart: helping": "keeps no routes",
    "shutdown text: sent": "cannot be told a text",
    "shutdown text: shown": "fails to decode a shutdown text and answers 1/0",
    "long-lived restart": "does not offer RFC 9494",
    roles: "does not offer RFC 9234",
    "route refresh": "keeps no routes to ask for again",
    "enhanced route refresh": "keeps no routes to ask for again",
    "maximum of prefixes": "counts no prefixes",
    "many routes: received": "takes longer than the hold time to write them down",
    "many routes: sent": "takes longer than the hold time to read them",
    collisions: "hangs up on every second connection at once",
    BFD: "has no BFD",
    "router advertisements": "sends no router advertisements",
  },
  version: async () => /ExaBGP : ([\d.]+)/.exec(await run("exabgp", ["--version"]))![1]!,
  open: (host) => new Exabgp(host),
};
