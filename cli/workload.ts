import type { WorkloadAnswer, WorkloadRequest } from "../agent/api/socket.ts";
import { parseAddress } from "../net/address-text.ts";
import { askAgent } from "./agent.ts";
import { CliError } from "./error.ts";
import type { Shell } from "./shell.ts";

/** What `workload add` and `workload del` can be told. */
export interface WorkloadOptions {
  readonly namespace?: string;
  readonly netns?: string;
  readonly containerId?: string;
  readonly ifname?: string;
  readonly pool?: readonly string[];
  readonly label?: readonly string[];
  readonly ip?: readonly string[];
  readonly output?: string;
}

/** `key=value` texts as labels; how keys and values may look is the reader's affair. @throws CliError */
export function labelsGiven(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text): [string, string] => {
    const at = text.indexOf("=");
    if (at < 1) throw new CliError(`label '${text}'; key=value, such as app=web, would be right`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function addressesGiven(texts: readonly string[]): readonly string[] {
  const wrong = texts.find((text) => !parseAddress(text));
  if (wrong === undefined) return texts;
  throw new CliError(`--ip = '${wrong}'; an address such as 10.0.0.1 or fd00::1 would be right`);
}

function requestOf(what: WorkloadRequest["do"], name: string, options: WorkloadOptions): WorkloadRequest {
  const { netns, containerId, ifname, pool, label, ip } = options;
  return {
    do: what,
    name,
    namespace: options.namespace ?? "default",
    ...(netns !== undefined && { netns }),
    ...(containerId !== undefined && { containerId }),
    ...(ifname !== undefined && { ifname }),
    ...(label && { labels: labelsGiven(label) }),
    ...(pool && { pools: pool }),
    ...(ip && { addresses: addressesGiven(ip) }),
  };
}

/** `manxctl workload add NAME --netns PATH`: attaches a network namespace as CNI ADD would. */
export async function workloadAdd(shell: Shell, name: string, options: WorkloadOptions): Promise<void> {
  if (options.netns === undefined) throw new CliError("failed to execute command: --netns PATH is wanted");
  const answer = await askAgent<WorkloadAnswer>(shell, requestOf("workload.add", name, options));
  if (options.output === "json") return shell.print(`${JSON.stringify(answer, null, 2)}\n`);
  const where = `${options.namespace ?? "default"}/${name}`;
  shell.print(`Attached ${where} on ${answer.interfaceName} with ${answer.addresses.join(", ")}\n`);
}

/** `manxctl workload del NAME`: detaches it and gives its addresses back; one that is not there is none's fault. */
export async function workloadDel(shell: Shell, name: string, options: WorkloadOptions): Promise<void> {
  await askAgent(shell, requestOf("workload.del", name, options));
  shell.print(`Detached ${options.namespace ?? "default"}/${name}\n`);
}
