import { type KubernetesEndpointSlice, serviceNameLabel } from "../../datastore/model/kubernetes-endpoint-slice.ts";
import { protocolNumber } from "../../datastore/model/protocol.ts";
import { addressBits } from "../../net/family.ts";
import { masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import { portMember, portProtocols } from "../compile/set-definition.ts";
import type { SetMember } from "../set.ts";

/** What one slice brings into the sets of its service. */
export interface Backends {
  /** `namespace/name` of the service. */
  readonly service: string;
  /** Host bits clear. */
  readonly prefixes: readonly Prefix[];
  readonly ports: readonly { readonly protocol: number; readonly port: number }[];
}

/** Every address of the backends with every port, as members of a set. */
export function* portMembers({ prefixes, ports }: Backends): Generator<SetMember> {
  for (const { protocol, port } of ports) {
    for (const prefix of prefixes) {
      if (prefix.length === addressBits[prefix.family]) yield portMember(prefix, protocol, port);
    }
  }
}

const TCP = 6;

/**
 * Every slice as it was last told, by the service whose it is. All its endpoints count, ready or not, as Calico has it: an
 * endpoint that is going away still talks. A slice without the label of a service is nobody's; a port without a number is
 * no member, and what is no address is none either. Source: Calico felix/serviceindex/service_index.go.
 */
export class ServiceBackends {
  readonly #slices = new Map<string, Backends>();
  readonly #byService = new Map<string, Set<Backends>>();

  /** The slice under `key` (`namespace/name`) is this now, or is gone; answers what it brought and what it brings. */
  onSlice(
    key: string,
    slice: KubernetesEndpointSlice | undefined,
  ): { readonly before: Backends | undefined; readonly after: Backends | undefined } {
    const before = this.#slices.get(key);
    const after = slice && readSlice(key.slice(0, key.indexOf("/")), slice);
    if (before) {
      this.#slices.delete(key);
      const others = this.#byService.get(before.service)!;
      others.delete(before);
      if (others.size === 0) this.#byService.delete(before.service);
    }
    if (after) {
      this.#slices.set(key, after);
      const others = this.#byService.get(after.service);
      if (others) others.add(after);
      else this.#byService.set(after.service, new Set([after]));
    }
    return { before, after };
  }

  /** What the slices of a service bring, each by itself. */
  of(service: string): Iterable<Backends> {
    return this.#byService.get(service) ?? [];
  }
}

function readSlice(namespace: string, { metadata, endpoints, ports }: KubernetesEndpointSlice): Backends | undefined {
  const name = metadata.labels?.[serviceNameLabel];
  if (!name) return undefined;
  const prefixes: Prefix[] = [];
  for (const { addresses } of endpoints ?? []) {
    for (const text of addresses ?? []) {
      const prefix = parsePrefix(text);
      if (prefix) prefixes.push(masked(prefix));
    }
  }
  const known = (ports ?? []).flatMap(({ protocol, port }) => {
    const number = protocol ? protocolNumber(protocol) : TCP;
    return port && number !== undefined && portProtocols[number] ? [{ protocol: number, port }] : [];
  });
  return { service: `${namespace}/${name}`, prefixes, ports: known };
}
