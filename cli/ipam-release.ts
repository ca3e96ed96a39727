import { handlePath } from "../datastore/ipam-key.ts";
import { BadHandle, BadSequenceNumber } from "../ipam/error.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { allocatorFor } from "./allocator.ts";
import { clusterOf, isLocked } from "./cluster.ts";
import { CliError } from "./error.ts";
import { findingsIn } from "./ipam/findings.ts";
import { look } from "./ipam/fix.ts";
import { type Report, type ReportedAllocation, readReport } from "./ipam/report.ts";
import { addressGiven } from "./ipam-show.ts";
import { type SaidForm, type SaidOptions, saidForm, say } from "./said.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam release` can be told. */
export interface IpamReleaseOptions extends StoreOptions, SaidOptions {
  readonly ip?: string;
  readonly fromReport?: readonly string[];
  readonly force?: boolean;
}

/** What is leaked in every one of several reports, and the same allocation in each. */
interface Leaked {
  readonly addresses: readonly ReportedAllocation[];
  readonly handles: ReadonlyMap<string, string>;
}

function leakedIn(reports: readonly Report[]): Leaked {
  const [first, ...rest] = reports as [Report, ...Report[]];
  const inAll = (one: ReportedAllocation): boolean =>
    rest.every(({ allocations }) =>
      (allocations[one.ip] ?? []).some(({ inUse, handle, sequenceNumber }) => {
        return !inUse && handle === one.handle && sequenceNumber === one.sequenceNumber;
      }),
    );
  const addresses = Object.values(first.allocations)
    .flat()
    .filter((one) => !one.inUse && inAll(one));
  const handles = first.leakedHandles.filter(({ id, revision }) =>
    rest.every(({ leakedHandles }) => leakedHandles.some((one) => one.id === id && one.revision === revision)),
  );
  return { addresses, handles: new Map(handles.map(({ id, revision }) => [id, revision])) };
}

/** @throws CliError when a report is of another cluster, or of another state of the lock and nothing forces it */
async function mustFit(session: Session, reports: readonly Report[], force: boolean): Promise<void> {
  const cluster = await clusterOf(session);
  const guid = cluster?.spec.clusterGUID ?? "";
  const foreign = reports.find(({ clusterGUID }) => clusterGUID !== guid);
  if (foreign) throw new CliError(`the report is of cluster ${foreign.clusterGUID}; this is ${guid}`);
  if (force) return;
  const way = "Lock it, make the reports anew and release, or use --force.";
  if (!isLocked(cluster) || reports.some(({ datastoreLocked }) => !datastoreLocked)) {
    throw new CliError(`The datastore must be locked while reports are made and addresses released. ${way}`);
  }
  const revision = cluster?.metadata.resourceVersion;
  if (reports.some(({ clusterInformationRevision }) => clusterInformationRevision !== revision)) {
    throw new CliError(`The datastore was unlocked since a report was made: it may no longer be true. ${way}`);
  }
}

async function releaseAddresses(
  shell: Shell,
  { store }: Session,
  all: readonly ReportedAllocation[],
): Promise<readonly string[]> {
  const released: string[] = [];
  for (const { ip, handle, sequenceNumber } of all) {
    const wish = { address: parseAddress(ip)!, ...(handle !== "" && { handle }), sequenceNumber };
    try {
      const free = await allocatorFor(shell, store, "").release([wish]);
      if (free.length === 0) released.push(ip);
      else shell.complain(`${ip} is not assigned any more\n`);
    } catch (error) {
      if (!(error instanceof BadHandle || error instanceof BadSequenceNumber)) throw error;
      shell.complain(`${ip} was given out anew since the report: left alone\n`);
    }
  }
  return released;
}

/** Handles that are still without addresses, and that nobody wrote since the reports. */
async function deleteHandles(session: Session, handles: ReadonlyMap<string, string>): Promise<readonly string[]> {
  if (handles.size === 0) return [];
  const deleted: string[] = [];
  for (const { id, revision } of findingsIn(await look(session)).orphanHandles) {
    if (handles.get(id) !== String(revision)) continue;
    const key = handlePath(id);
    if ((await session.store.commit([{ key, revision }], [], [key])).committed) deleted.push(id);
  }
  return deleted;
}

async function releaseReported(
  shell: Shell,
  options: IpamReleaseOptions,
  files: readonly string[],
  form: SaidForm,
): Promise<void> {
  const reports: Report[] = [];
  for (const file of files) reports.push(readReport(await shell.read(file), file));
  const { addresses, handles } = leakedIn(reports);
  await withStore(shell, options, async (session) => {
    await mustFit(session, reports, options.force ?? false);
    const released = await releaseAddresses(shell, session, addresses);
    const deleted = await deleteHandles(session, handles);
    const names = released.map((ip) => `  ${ip}\n`).join("") + deleted.map((id) => `  handle ${id}\n`).join("");
    const text = `Released ${released.length} IPs successfully; deleted ${deleted.length} handles without IPs\n`;
    say(shell, form, { released, deletedHandles: deleted }, () => names + text);
  });
}

/**
 * `manxctl ipam release --ip A`: makes an address free again, whoever has it; no endpoint is changed. `--from-report R…` frees what
 * every one of the reports calls leaked, as long as it is still the same allocation.
 */
export async function ipamRelease(shell: Shell, options: IpamReleaseOptions): Promise<void> {
  const form = saidForm(options);
  const { ip, fromReport } = options;
  if ((ip === undefined) === (fromReport === undefined)) {
    throw new CliError("failed to execute command: either --ip IP or --from-report FILE is wanted");
  }
  if (fromReport) return releaseReported(shell, options, fromReport, form);
  const address = addressGiven(ip!);
  const shown = formatAddress(address);
  await withStore(shell, options, async ({ store }) => {
    const unassigned = await allocatorFor(shell, store, "").release([{ address }]);
    if (unassigned.length > 0) throw new CliError(`IP address ${shown} is not assigned`);
    say(shell, form, { released: [shown], deletedHandles: [] }, () => `Successfully released IP address ${shown}\n`);
  });
}
