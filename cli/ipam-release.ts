import { formatAddress } from "../net/address-text.ts";
import { allocatorFor } from "./allocator.ts";
import { CliError } from "./error.ts";
import { addressGiven } from "./ipam-show.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam release` can be told. */
export interface IpamReleaseOptions extends StoreOptions {
  readonly ip?: string;
}

/** `manxctl ipam release --ip A`: makes an address free again, whoever has it; no endpoint is changed. */
export async function ipamRelease(shell: Shell, options: IpamReleaseOptions): Promise<void> {
  if (options.ip === undefined) throw new CliError("failed to execute command: --ip IP is wanted");
  const address = addressGiven(options.ip);
  await withStore(shell, options, async ({ store }) => {
    const unassigned = await allocatorFor(shell, store, "").release([{ address }]);
    if (unassigned.length > 0) throw new CliError(`IP address ${formatAddress(address)} is not assigned`);
    shell.print(`Successfully released IP address ${formatAddress(address)}\n`);
  });
}
