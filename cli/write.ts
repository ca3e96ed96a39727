import { changeProblems } from "../datastore/admission.ts";
import { ResourceAbsent, ResourceExists } from "../datastore/error.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { poolOverlaps } from "../datastore/pool-overlap.ts";
import type { ResourceClient } from "../datastore/resource-client.ts";
import { ManxError } from "../lib/error.ts";
import { BadInput, mistakeText } from "./error.ts";
import { type InputOptions, type Placed, resourcesOf } from "./input.ts";
import { summary, type Verb } from "./report.ts";
import { prepareStore, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What the commands that write can be told. */
export interface WriteOptions extends InputOptions, StoreOptions {
  readonly skipExists?: boolean;
  readonly skipNotExists?: boolean;
}

/** Does the command's work with one object. */
export type WriteOne = (client: ResourceClient, resource: Resource) => Promise<unknown>;

/** Refuses pools that overlap with stored ones, or change what may not change, before anything is written. */
async function checkPools(client: ResourceClient, placed: readonly Placed[]): Promise<void> {
  if (!placed.some(({ resource }) => resource.kind === "IPPool")) return;
  const { resources: stored } = await client.list("IPPool");
  const mistakes = placed.flatMap(({ where, resource }) => {
    if (resource.kind !== "IPPool") return [];
    const before = stored.find(({ metadata }) => metadata.name === resource.metadata.name);
    const problems = before ? changeProblems(before, resource) : poolOverlaps(resource, stored);
    return problems.map((problem) => mistakeText(where, problem));
  });
  if (mistakes.length > 0) throw new BadInput(mistakes);
}

/** Why an operation failed, or undefined when it did not or its failure is to be passed over. */
export async function outcomeOf(work: Promise<unknown>, options: WriteOptions): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof ResourceExists && options.skipExists) return undefined;
    if (error instanceof ResourceAbsent && options.skipNotExists) return undefined;
    if (error instanceof ManxError && error.code.startsWith("datastore/")) return error.message;
    throw error;
  }
}

/**
 * Reads and checks the whole input, then writes its objects one after the other. A mistake anywhere in the input means that
 * nothing is written; a failure of the store stops nothing that comes after it.
 */
export async function writeResources(shell: Shell, options: WriteOptions, verb: Verb, one: WriteOne): Promise<void> {
  const placed = await resourcesOf(shell, options);
  if (placed.length === 0) return;
  await withStore(shell, options, async (session) => {
    await checkPools(session.client, placed);
    await prepareStore(shell, session);
    const outcomes: (string | undefined)[] = [];
    for (const { resource } of placed) outcomes.push(await outcomeOf(one(session.client, resource), options));
    const resources = placed.map(({ resource }) => resource);
    shell.print(summary(verb, resources, outcomes));
  });
}
