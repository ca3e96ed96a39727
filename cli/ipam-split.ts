import type { IPPool } from "../datastore/model/ip-pool.ts";
import { problemText } from "../datastore/problem.ts";
import { keyOf } from "../datastore/resource-client.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import { toStore } from "../datastore/stored-form.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import { randomUid } from "../datastore/uid.ts";
import { isSplit, planSplit } from "../ipam/split.ts";
import { parsePrefix, prefixKey } from "../net/prefix.ts";
import { mustBeLocked } from "./cluster.ts";
import { CliError } from "./error.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { stepsOf } from "./store-steps.ts";

/** What `ipam split` can be told. */
export interface IpamSplitOptions extends StoreOptions, SaidOptions {
  readonly cidr?: string;
  readonly name?: string;
}

function wantedPool(pools: readonly IPPool[], { cidr: text, name }: IpamSplitOptions): IPPool {
  if ((text === undefined) === (name === undefined)) {
    throw new CliError("failed to execute command: either --cidr CIDR or --name NAME is wanted");
  }
  const cidr = text === undefined ? undefined : parsePrefix(text);
  if (text !== undefined && !cidr) throw new CliError(`--cidr = '${text}'; a CIDR such as 10.65.0.0/16 would be right`);
  const pool = pools.find(({ metadata, spec }) => {
    const own = parsePrefix(spec.cidr);
    return metadata.name === name || (cidr && own && prefixKey(own) === prefixKey(cidr));
  });
  if (!pool)
    throw new CliError(
      `Unable to find IP pool ${text === undefined ? `named ${name}` : `covering the specified CIDR ${text}`}`,
    );
  return pool;
}

/** Stores the parts without the check for overlap: the pool they come from is still there. */
async function createUnchecked(shell: Shell, { store }: Session, parts: readonly IPPool[]): Promise<void> {
  const steps = parts.map((part) => {
    const stamp = { uid: randomUid(shell.random), creationTimestamp: formatTimestamp(shell.clock.wall()) };
    const key = resourcePath(keyOf(part));
    return { key, value: toStore({ ...part, metadata: { ...part.metadata, ...stamp } }, key), revision: 0 };
  });
  for (const step of stepsOf(steps)) {
    const result = await store.commit(step.compares, step.puts, step.deletes);
    if (!result.committed) throw new CliError(`${result.found[0]?.key} is there already; run the same command again`);
  }
}

/**
 * `manxctl ipam split NUMBER --cidr|--name`: a power of two of equal pools instead of one. Blocks, addresses and endpoints stay as
 * they are. A split that was cut short is finished by the same command.
 */
export async function ipamSplit(shell: Shell, number: string, options: IpamSplitOptions): Promise<void> {
  const form = saidForm(options);
  if (!/^[0-9]{1,5}$/.test(number)) throw new CliError(`NUMBER = '${number}'; a power of two would be right`);
  await withStore(shell, options, async (session) => {
    const { client, store } = session;
    await mustBeLocked(session, "split IP pools");
    const { resources: pools } = await client.list("IPPool");
    const pool = wantedPool(pools, options);
    const plan = planSplit(pool, Number(number), pools);
    if (!isSplit(plan)) throw new CliError("cannot split the pool:", plan.map(problemText));
    if (plan.disable) await client.update(plan.disable);
    await createUnchecked(shell, session, plan.create);
    await store.commit([], [], [resourcePath({ kind: "IPPool", name: plan.remove })]);
    const { resources: after } = await client.list("IPPool");
    const parts = after.filter(({ metadata }) => metadata.name.startsWith(`split-${plan.remove}-`));
    const value = {
      removed: plan.remove,
      created: parts.map(({ metadata, spec }) => ({ name: metadata.name, cidr: spec.cidr })),
    };
    const lines = value.created.map(({ name, cidr }) => `  ${name}: ${cidr}\n`).join("");
    say(shell, form, value, () => `Successfully split IP pool ${plan.remove} into ${parts.length} pools:\n${lines}`);
  });
}
