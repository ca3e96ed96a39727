import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import type { Place } from "../../policy/trace/flow.ts";
import { addressesOf, nameOfWorkload, type TraceWorld } from "../../policy/trace/world.ts";
import { CliError } from "../error.ts";

/**
 * The places that a word means, one for each address: an address, `host:NODE` with or without `/INTERFACE`, a pod with its
 * namespace or in the one given. @throws CliError when nothing is called so, or when it has no address
 */
export function placesOf(word: string, namespace: string, world: TraceWorld, family: Family | undefined): Place[] {
  const found = candidates(word, namespace, world);
  if (family === undefined) return found;
  const places = found.filter(({ address }) => address.family === family);
  if (places.length === 0) throw new CliError(`${word} has no ${family === "ipv4" ? "IPv4" : "IPv6"} address`);
  return places;
}

function candidates(word: string, namespace: string, world: TraceWorld): Place[] {
  const address = parseAddress(word);
  if (address) {
    const workload = world.workloadAt(address);
    if (workload) return [{ kind: "workload", workload, address }];
    const floating = world.floatingAt(address);
    if (floating) {
      return [{ kind: "workload", workload: floating.workload, address: floating.internal, floating: address }];
    }
    const node = world.nodeAt(address);
    return [node === undefined ? { kind: "outside", address } : { kind: "node", node, address }];
  }
  if (word.startsWith("host:")) return nodePlaces(word.slice("host:".length), world);
  const slash = word.indexOf("/");
  const name = slash < 0 ? `${namespace}/${word}` : word;
  const workloads = world.workloads.filter(
    (one) => nameOfWorkload(one) === name || `${one.metadata.namespace}/${one.metadata.name}` === name,
  );
  if (workloads.length === 0) {
    const reason = "a pod that ended, has no network yet or uses its host's has no workload endpoint";
    throw new CliError(`nothing is called ${name}: ${reason}`);
  }
  const places = workloads.flatMap((workload) =>
    addressesOf(workload).map((own): Place => ({ kind: "workload", workload, address: own })),
  );
  if (places.length === 0) throw new CliError(`${name} has no address: it ended, or its network is not set up yet`);
  return places;
}

function nodePlaces(text: string, world: TraceWorld): Place[] {
  const [node = "", interfaceName] = text.split("/");
  if (!world.hasNode(node)) throw new CliError(`there is no node ${node}; its name in the datastore would be right`);
  const places = world
    .nodeAddresses(node)
    .map((address): Place => ({ kind: "node", node, address, ...(interfaceName && { interfaceName }) }));
  if (places.length === 0) throw new CliError(`node ${node} has no address in the datastore`);
  return places;
}
