import { AddressSet } from "./address-set.ts";
import type { Flow } from "./flow.ts";
import type { FlowFilter } from "./port.ts";

/** What decides whether a flow is meant by a filter; made once for many flows. */
export function flowMatcher(filter: FlowFilter): (flow: Flow) => boolean {
  const addresses = filter.addresses && new AddressSet(filter.addresses);
  const { family, zone } = filter;
  return ({ original, reply, ...flow }) => {
    if (family !== undefined && original.source.family !== family) return false;
    if (zone !== undefined && flow.zone !== zone) return false;
    if (!addresses) return true;
    return (
      addresses.has(original.source) ||
      addresses.has(reply.source) ||
      addresses.has(original.destination) ||
      addresses.has(reply.destination)
    );
  };
}
