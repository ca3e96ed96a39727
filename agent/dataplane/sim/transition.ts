import { type Change, remove, set } from "../../../lib/change.ts";
import type { MemberDelta, PolicyOutput } from "../../../policy/output.ts";
import type { PolicyState } from "../../../policy/policy-state.ts";
import type { SetId, SetSpec } from "../../../policy/set.ts";

/** What leads from one policy to another that came about in its own way: for a firewall that is not told anew each time. */
export function transition(before: PolicyState, after: PolicyState): PolicyOutput {
  const sets: Change<SetId, SetSpec>[] = [];
  const members = new Map<SetId, MemberDelta>();
  const held = new Map([...before.sets()].map(([spec, inside]) => [spec.id, { spec, inside }]));
  for (const [spec, inside] of after.sets()) {
    const was = held.get(spec.id);
    held.delete(spec.id);
    const stays = was?.spec.kind === spec.kind ? was.inside : new Set<string>();
    if (was?.spec.kind !== spec.kind) sets.push(set(spec.id, spec));
    const added = [...inside].filter((member) => !stays.has(member));
    const removed = [...stays].filter((member) => !inside.has(member));
    if (added.length + removed.length > 0) members.set(spec.id, { added, removed });
  }
  for (const id of held.keys()) sets.push(remove(id));
  return {
    sets,
    members,
    chains: changes(before.chains, after.chains),
    endpoints: changes(before.endpoints, after.endpoints),
    hosts: changes(before.hosts, after.hosts),
  };
}

function changes<V>(before: ReadonlyMap<string, V>, after: ReadonlyMap<string, V>): Change<string, V>[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => remove(key));
  const other = [...after].filter(([key, value]) => JSON.stringify(before.get(key)) !== JSON.stringify(value));
  return [...other.map(([key, value]) => set(key, value)), ...gone];
}
