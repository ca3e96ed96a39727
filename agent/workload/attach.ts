import { ManxError } from "../../lib/error.ts";
import { formatPrefix } from "../../net/prefix.ts";
import type { WorkloadAnswer, WorkloadRequest } from "../api/socket.ts";
import type { Addresses, Endpoints, PodLinks, Programmed, WorkloadRecord } from "./ports.ts";

/** The request cannot be carried out as it is; the message names the field and what would be right. */
export class BadWorkloadRequest extends ManxError<"agent/bad-workload", { readonly field: string }> {}

/** Routes and rules were not in the kernel in time; everything made for the workload was taken back. */
export class WorkloadTimeout extends ManxError<"agent/workload-timeout", { readonly endpoint: string }> {}

/** Everything that attaching and detaching needs. */
export interface WorkloadPorts {
  readonly addresses: Addresses;
  readonly links: PodLinks;
  readonly endpoints: Endpoints;
  readonly programmed: Programmed;
  /** The first eleven hexadecimal digits of SHA-1 of a text: how Calico names the host ends of pods. */
  readonly shortHash: (text: string) => string;
}

/** The handle that owns a sandbox's addresses: Calico's `<network>.<container>`, so that its plugin can release them too. */
export function handleOf(containerId: string): string {
  return `k8s-pod-network.${containerId}`;
}

function containerOf(request: WorkloadRequest): string {
  return request.containerId ?? `${request.namespace}-${request.name}`;
}

/**
 * Attaches a workload: address, interface, WorkloadEndpoint, then waits until the kernel has its routes and rules, so that
 * whoever asked may start it. Asking again for the same sandbox answers the same; another sandbox of the same name replaces
 * the old one. What was made is taken back when a step fails.
 * @throws BadWorkloadRequest, WorkloadTimeout, and what the ports throw.
 */
export async function attach(request: WorkloadRequest, ports: WorkloadPorts): Promise<WorkloadAnswer> {
  const netns = request.netns;
  if (!netns)
    throw new BadWorkloadRequest(
      "agent/bad-workload",
      "workload.add: netns is missing: the path of the workload's network namespace would be right",
      { field: "netns" },
    );
  const containerId = containerOf(request);
  const endpoint = request.ifname ?? "eth0";
  const handle = handleOf(containerId);
  const found = await ports.endpoints.find(request.namespace, request.name, endpoint);
  const again = found?.containerId === containerId;
  const addresses = again
    ? found.addresses
    : await ports.addresses.assign({
        handle,
        namespace: request.namespace,
        pod: request.name,
        pools: request.pools,
        addresses: request.addresses,
      });
  const interfaceName = `cali${ports.shortHash(`${request.namespace}.${request.name}`)}`;
  let record: WorkloadRecord | undefined;
  try {
    const link = { netns, ifname: endpoint, interfaceName, addresses, ...(again && found.mac && { mac: found.mac }) };
    const { mac, gateways } = await ports.links.create(link);
    record = {
      namespace: request.namespace,
      pod: request.name,
      containerId,
      endpoint,
      interfaceName,
      mac,
      addresses,
      labels: request.labels ?? found?.labels ?? {},
    };
    const key = await ports.endpoints.write(record);
    await ports.programmed(key);
    return { ok: true, endpoint: key, interfaceName, mac, addresses: addresses.map(formatPrefix), gateways };
  } catch (error) {
    if (!again) await undo(ports, record, interfaceName, handle);
    throw error;
  }
}

/** Takes back as much as it can; the error that led here matters more than those met on the way. */
async function undo(
  ports: WorkloadPorts,
  record: WorkloadRecord | undefined,
  interfaceName: string,
  handle: string,
): Promise<void> {
  if (record) await ports.endpoints.remove(record).catch(() => {});
  await ports.links.remove(interfaceName).catch(() => {});
  await ports.addresses.release(handle).catch(() => {});
}

/**
 * Detaches a workload: WorkloadEndpoint, interface, addresses. Absent pieces are no error, so it can be repeated until it
 * succeeds. An endpoint that belongs to a newer sandbox stays.
 */
export async function detach(request: WorkloadRequest, ports: WorkloadPorts): Promise<{ readonly ok: true }> {
  const containerId = containerOf(request);
  const found = await ports.endpoints.find(request.namespace, request.name, request.ifname ?? "eth0");
  if (found && found.containerId === containerId) {
    await ports.endpoints.remove(found);
    await ports.links.remove(found.interfaceName);
  } else if (!found) {
    await ports.links.remove(`cali${ports.shortHash(`${request.namespace}.${request.name}`)}`);
  }
  await ports.addresses.release(handleOf(containerId));
  return { ok: true };
}
