import { ipamConfigOf } from "../datastore/ipam-config-face.ts";
import { ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMConfiguration } from "../datastore/model/ipam-configuration.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import { configurationRefusal } from "../ipam/configuration.ts";
import { CliError } from "./error.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { prepareStore, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam configure` can be told; everything comes as text. */
export interface IpamConfigureOptions extends StoreOptions, SaidOptions {
  readonly strictaffinity?: string;
  readonly maxBlocksPerHost?: string;
  readonly kubevirtIpPersistence?: string;
  readonly ipCooldownSeconds?: string;
}

type Settings = Pick<
  IPAMConfiguration["spec"],
  "strictAffinity" | "maxBlocksPerHost" | "kubeVirtVMAddressPersistence" | "ipCooldownSeconds"
>;

function flag(name: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new CliError(`--${name} = '${text}'; true or false would be right`);
}

function count(name: string, text: string): number {
  if (/^[0-9]{1,6}$/.test(text)) return Number(text);
  throw new CliError(`--${name} = '${text}'; a whole number from 0 would be right`);
}

function persistence(text: string): "Enabled" | "Disabled" {
  if (text === "Enabled" || text === "Disabled") return text;
  throw new CliError(`--kubevirt-ip-persistence = '${text}'; Enabled or Disabled would be right`);
}

function cooldown(text: string): number {
  if (/^[0-9]{1,4}$/.test(text) && Number(text) <= longestCooldown) return Number(text);
  throw new CliError(`--ip-cooldown-seconds = '${text}'; a whole number from 0 to ${longestCooldown} would be right`);
}

/** Calico 3.33's limit, seconds. */
const longestCooldown = 1200;

/** What is to be changed, as it was asked for. @throws CliError */
function wanted(options: IpamConfigureOptions): Settings {
  const { strictaffinity, maxBlocksPerHost, kubevirtIpPersistence, ipCooldownSeconds } = options;
  const settings: Settings = {
    ...(strictaffinity !== undefined && { strictAffinity: flag("strictaffinity", strictaffinity) }),
    ...(maxBlocksPerHost !== undefined && { maxBlocksPerHost: count("max-blocks-per-host", maxBlocksPerHost) }),
    ...(kubevirtIpPersistence !== undefined && { kubeVirtVMAddressPersistence: persistence(kubevirtIpPersistence) }),
    ...(ipCooldownSeconds !== undefined && { ipCooldownSeconds: cooldown(ipCooldownSeconds) }),
  };
  if (Object.keys(settings).length > 0) return settings;
  const flags = "--strictaffinity, --max-blocks-per-host, --kubevirt-ip-persistence or --ip-cooldown-seconds";
  throw new CliError(`failed to execute command: ${flags} is wanted`);
}

/** Calico's name of a setting: its first letter is a capital. */
const nameOf = (setting: string): string => setting[0]!.toUpperCase() + setting.slice(1);

/** `manxctl ipam configure`: sets strict affinity, the limit of blocks a host, and what newer Calicos know. @throws CliError */
export async function ipamConfigure(shell: Shell, options: IpamConfigureOptions): Promise<void> {
  const form = saidForm(options);
  const settings = wanted(options);
  await withStore(shell, options, async (session) => {
    const { client, store } = session;
    const there = (await store.get(ipamConfigPath)) !== undefined;
    const before: IPAMConfiguration["spec"] = there
      ? (await client.get({ kind: "IPAMConfiguration", name: "default" })).spec
      : {};
    const spec = { ...before, ...settings };
    const resource: IPAMConfiguration = { kind: "IPAMConfiguration", apiVersion, metadata: { name: "default" }, spec };
    const refusal = configurationRefusal(ipamConfigOf(resource));
    if (refusal !== undefined) throw new CliError(refusal);
    await prepareStore(shell, session);
    await client.apply(resource);
    const lines = Object.entries(settings).map(([name, value]) => `Successfully set ${nameOf(name)} to: ${value}\n`);
    say(shell, form, spec, () => lines.join(""));
  });
}
