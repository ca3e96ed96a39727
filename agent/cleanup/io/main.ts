import { once } from "node:events";
import { createConnection } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { openFib } from "../../../kernel/io/fib.ts";
import { openInterfaces } from "../../../kernel/io/interfaces.ts";
import { openKernelSets } from "../../../kernel/io/kernel-sets.ts";
import { ifbPrefix } from "../../../kernel/tc/ifb-name.ts";
import { openQdiscs } from "../../../kernel/tc/io/qdiscs.ts";
import { statusFileSink } from "../../endpoint-status/io/status-files.ts";
import { statusFolder } from "../../io/endpoint-reports.ts";
import { bgpProtocol } from "../../io/kernel.ts";
import { readMachine } from "../../io/start.ts";
import { cleanUp } from "../cleanup.ts";
import { routesPart, setPart } from "../kernel-parts.ts";
import type { CleanupPart } from "../part.ts";
import { statePart } from "../state-part.ts";
import { firewallRemains } from "./firewall-remains.ts";

const usage = "usage: manx cleanup [--yes] [--dry-run]";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Whether an agent answers at a socket. */
async function isServed(path: string): Promise<boolean> {
  const socket = createConnection(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether a person says yes; nobody who cannot be asked does. */
async function ask(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say("nobody can be asked: --yes would be right");
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question("Take all of this away? [y/N] ");
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Routes first, so that no packet finds a workload when its rules are gone. */
async function main(words: readonly string[]): Promise<number> {
  if (words.some((word) => word !== "--yes" && word !== "--dry-run")) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { environment, settings } = readMachine();
  const socket = join(environment.runDir, "agent.sock");
  if (await isServed(socket)) {
    process.stderr.write(`manx cleanup: an agent answers at ${socket}: it has to be stopped first\n`);
    return 1;
  }
  const fail = (error: Error): never => {
    throw error;
  };
  const quiet = (): void => {};
  const listener = {
    appeared: quiet,
    vanished: quiet,
    linkUp: quiet,
    linkDown: quiet,
    addressGone: quiet,
    overrun: quiet,
  };
  const fib = openFib({}, { ...listener, failed: fail });
  const [interfaces, sets, qdiscs, firewall] = [
    openInterfaces({}),
    openKernelSets({}),
    openQdiscs({}),
    firewallRemains(),
  ];
  const isWorkload = (name: string): boolean => settings.interfacePrefix.some((prefix) => name.startsWith(prefix));
  const links = new Map((await interfaces.links()).map(({ ifindex, name }) => [ifindex, name]));
  const folder = statusFolder(settings, environment.runDir);
  const parts: readonly CleanupPart[] = [
    routesPart(fib, [settings.deviceRouteProtocol, bgpProtocol]),
    setPart("neighbours", sets.neighbours, ({ ifindex }) => isWorkload(links.get(ifindex) ?? "")),
    setPart("limits", qdiscs, ({ interfaceName: name }) => isWorkload(name) || name.startsWith(ifbPrefix)),
    ...firewall.parts,
    ...(folder === "" ? [] : [statePart(statusFileSink(folder))]),
  ];
  const confirm = words.includes("--dry-run") ? async () => false : words.includes("--yes") ? async () => true : ask;
  try {
    return (await cleanUp(parts, { say, confirm })) ? 0 : words.includes("--dry-run") ? 0 : 1;
  } finally {
    for (const each of [fib, interfaces, sets, qdiscs, firewall]) each.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
