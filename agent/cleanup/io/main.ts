import { once } from "node:events";
import { createConnection } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { endpointStatusesPrefix, hostEndpointStatusPath } from "../../../datastore/status-key.ts";
import type { Store } from "../../../datastore/store.ts";
import { openFib } from "../../../kernel/io/fib.ts";
import { openInterfaces } from "../../../kernel/io/interfaces.ts";
import { openKernelSets } from "../../../kernel/io/kernel-sets.ts";
import { ifbPrefix } from "../../../kernel/tc/ifb-name.ts";
import { openQdiscs } from "../../../kernel/tc/io/qdiscs.ts";
import { addressSet } from "../../bgp/peering-addresses.ts";
import type { Environment } from "../../config/environment.ts";
import type { FelixSettings } from "../../config/felix.ts";
import { statusFileSink } from "../../endpoint-status/io/status-files.ts";
import { statusKeySink } from "../../endpoint-status/status-keys.ts";
import { statusFolder } from "../../io/endpoint-reports.ts";
import { bgpProtocol } from "../../io/kernel.ts";
import { readMachine } from "../../io/start.ts";
import { isWorkloadName } from "../../own-interfaces.ts";
import { cleanUp } from "../cleanup.ts";
import { isPeeringAddress, routesPart, setPart } from "../kernel-parts.ts";
import type { CleanupPart } from "../part.ts";
import { statePart } from "../state-part.ts";
import { type DatastoreLook, lookAtDatastore } from "./datastore-look.ts";
import { firewallRemains } from "./firewall-remains.ts";

type Machine = ReturnType<typeof readMachine>;

/** Opened parts, and how to give up what they hold. */
interface Remains {
  readonly parts: readonly CleanupPart[];
  close(): void;
}

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

/** What the datastore says of this node; that it cannot be asked is said, and no reason to leave the rest. */
async function look({ environment, layers, storeVariables }: Machine): Promise<DatastoreLook | undefined> {
  try {
    return await lookAtDatastore(environment.nodeName, layers, storeVariables);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(`the datastore cannot be asked, so what only it knows is left: ${why}`);
    return undefined;
  }
}

/** States of endpoints in files, and in the datastore where there is one. */
function stateParts(settings: FelixSettings, environment: Environment, store: Store | undefined): CleanupPart[] {
  const folder = statusFolder(settings, environment.runDir);
  const { nodeName: node } = environment;
  const keys = (prefix: string, name: string): CleanupPart[] =>
    store ? [statePart(statusKeySink(store, prefix), name)] : [];
  return [
    ...(folder === "" ? [] : [statePart(statusFileSink(folder))]),
    ...keys(endpointStatusesPrefix(node, settings.openstackRegion), "endpoint states in the datastore"),
    ...keys(hostEndpointStatusPath(node, ""), "host endpoint states in the datastore"),
  ];
}

/** What is there of everything, in the order in which it goes: routes first, so that no packet finds a workload without its rules. */
async function remains(settings: FelixSettings, own: readonly CleanupPart[]): Promise<Remains> {
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
  const isWorkload = (name: string): boolean => isWorkloadName(settings, name);
  const links = new Map((await interfaces.links()).map(({ ifindex, name }) => [ifindex, name]));
  const isOnWorkload = ({ ifindex }: { readonly ifindex: number }): boolean => isWorkload(links.get(ifindex) ?? "");
  const parts: readonly CleanupPart[] = [
    routesPart(fib, [settings.deviceRouteProtocol, bgpProtocol]),
    setPart("neighbours", sets.neighbours, isOnWorkload),
    setPart("peering addresses", addressSet(interfaces), (one) => isOnWorkload(one) && isPeeringAddress(one.prefix)),
    setPart("limits", qdiscs, ({ interfaceName: name }) => isWorkload(name) || name.startsWith(ifbPrefix)),
    ...firewall.parts,
    ...own,
  ];
  const close = (): void => {
    for (const each of [fib, interfaces, sets, qdiscs, firewall]) each.close();
  };
  return { parts, close };
}

async function main(words: readonly string[]): Promise<number> {
  if (words.some((word) => word !== "--yes" && word !== "--dry-run")) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const machine = readMachine();
  const { environment } = machine;
  const socket = join(environment.runDir, "agent.sock");
  if (await isServed(socket)) {
    process.stderr.write(`manx cleanup: an agent answers at ${socket}: it has to be stopped first\n`);
    return 1;
  }
  const known = await look(machine);
  const settings = known?.settings ?? machine.settings;
  const { parts, close } = await remains(settings, stateParts(settings, environment, known?.store));
  const confirm = words.includes("--dry-run") ? async () => false : words.includes("--yes") ? async () => true : ask;
  try {
    return (await cleanUp(parts, { say, confirm })) ? 0 : words.includes("--dry-run") ? 0 : 1;
  } finally {
    close();
    await known?.store.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
