import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { EndpointGates } from "../../policy/chain.ts";

/** Who claims one floating address: the address it stands for, by interface. */
interface Claims {
  readonly external: Address;
  readonly internal: Map<string, string>;
}

/**
 * Whose each floating address is: of several interfaces the one that sorts first, as in the firewalls. An address that goes, or is
 * another workload's or stands for another address of the same, still has connections that are translated as before.
 */
export class FloatingOwners {
  readonly #claims = new Map<string, Claims>();
  /** What each interface claims. */
  readonly #interfaces = new Map<string, EndpointGates["floating"]>();

  /** Interfaces' endpoints have changed; answers the floating addresses that have not the same owner as before any more. */
  onEndpoints(changes: Iterable<Change<string, Pick<EndpointGates, "floating">>>): readonly Address[] {
    const before = new Map<string, string | undefined>();
    for (const { key: interfaceName, ...change } of changes) {
      const after = change.kind === "set" ? (change.value.floating ?? []) : [];
      for (const { external } of this.#interfaces.get(interfaceName) ?? []) {
        const key = this.#remember(external, before);
        this.#claims.get(key)!.internal.delete(interfaceName);
      }
      for (const { external, internal } of after) {
        const key = this.#remember(external, before);
        this.#claims.get(key)!.internal.set(interfaceName, formatAddress(internal));
      }
      if (after.length > 0) this.#interfaces.set(interfaceName, after);
      else this.#interfaces.delete(interfaceName);
    }
    return [...before].flatMap(([key, owner]) => {
      const claims = this.#claims.get(key)!;
      const now = ownerOf(claims);
      if (claims.internal.size === 0) this.#claims.delete(key);
      return owner !== undefined && owner !== now ? claims.external : [];
    });
  }

  /** Notes whose the address was before this turn; answers its key. */
  #remember(external: Address, before: Map<string, string | undefined>): string {
    const key = formatAddress(external);
    if (!this.#claims.has(key)) this.#claims.set(key, { external, internal: new Map() });
    if (!before.has(key)) before.set(key, ownerOf(this.#claims.get(key)!));
    return key;
  }
}

function ownerOf({ internal }: Claims): string | undefined {
  const [first] = [...internal].sort(([x], [y]) => (x < y ? -1 : 1));
  return first?.join(" ");
}
