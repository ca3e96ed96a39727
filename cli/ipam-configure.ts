import { ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMConfiguration } from "../datastore/model/ipam-configuration.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import { CliError } from "./error.ts";
import { prepareStore, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam configure` can be told; everything comes as text. */
export interface IpamConfigureOptions extends StoreOptions {
  readonly strictaffinity?: string;
  readonly maxBlocksPerHost?: string;
}

function flag(name: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new CliError(`--${name} = '${text}'; true or false would be right`);
}

function count(name: string, text: string): number {
  if (/^[0-9]{1,6}$/.test(text)) return Number(text);
  throw new CliError(`--${name} = '${text}'; a whole number from 0 would be right`);
}

/** `manxctl ipam configure`: sets strict affinity or the limit of blocks a host. @throws CliError */
export async function ipamConfigure(shell: Shell, options: IpamConfigureOptions): Promise<void> {
  const strict = options.strictaffinity === undefined ? undefined : flag("strictaffinity", options.strictaffinity);
  const most =
    options.maxBlocksPerHost === undefined ? undefined : count("max-blocks-per-host", options.maxBlocksPerHost);
  if (strict === undefined && most === undefined) {
    throw new CliError("failed to execute command: --strictaffinity or --max-blocks-per-host is wanted");
  }
  await withStore(shell, options, async (session) => {
    const { client, store } = session;
    const there = (await store.get(ipamConfigPath)) !== undefined;
    const before: IPAMConfiguration["spec"] = there
      ? (await client.get({ kind: "IPAMConfiguration", name: "default" })).spec
      : {};
    const spec = {
      ...before,
      ...(strict !== undefined && { strictAffinity: strict }),
      ...(most !== undefined && { maxBlocksPerHost: most }),
    };
    if ((spec.maxBlocksPerHost ?? 0) > 0 && !spec.strictAffinity) {
      throw new CliError("MaxBlocksPerHost requires StrictAffinity to be enabled");
    }
    await prepareStore(shell, session);
    await client.apply({ kind: "IPAMConfiguration", apiVersion, metadata: { name: "default" }, spec });
    if (strict !== undefined) shell.print(`Successfully set StrictAffinity to: ${strict}\n`);
    if (most !== undefined) shell.print(`Successfully set MaxBlocksPerHost to: ${most}\n`);
  });
}
