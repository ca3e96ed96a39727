import { type Port, portMeaning } from "../../datastore/model/port.ts";
import { hasPorts } from "../../datastore/model/protocol.ts";
import { mergedRanges } from "../compile/side.ts";
import type { PortRange } from "../rule.ts";
import type { KubernetesPort } from "./kubernetes-policy.ts";

/** The port that cannot be read, by its place in the list, and what would have been right. */
export interface PortFault {
  readonly index: number;
  readonly want: string;
}

/** The ports of one protocol; none means every port of it. */
export interface ProtocolPorts {
  readonly protocol: string;
  readonly ports: readonly Port[];
}

/**
 * The ports of a rule, by protocol and in the order of the protocols' names; the first that cannot be read as a fault. A
 * port that names none opens all of its protocol.
 */
export function portsByProtocol(list: readonly KubernetesPort[]): readonly ProtocolPorts[] | PortFault {
  const ports = new Map<string, Port[] | "all">();
  for (const [index, { protocol, port, endPort }] of list.entries()) {
    const name = protocol || "TCP";
    if (!hasPorts(name)) return { index, want: "protocol TCP, UDP or SCTP" };
    const known = ports.get(name) ?? [];
    if (port === undefined || port === null) {
      ports.set(name, "all");
      continue;
    }
    const spelled = endPort === undefined || endPort === null ? `${port}` : `${port}:${endPort}`;
    const meaning = portMeaning(spelled);
    if (!meaning) return { index, want: "a port 0 to 65535, a name, or a port number with an endPort not below it" };
    if (known === "all") continue;
    known.push(meaning.kind === "named" ? meaning.name : portOf({ from: meaning.first, to: meaning.last }));
    ports.set(name, known);
  }
  return [...ports]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([protocol, found]) => ({ protocol, ports: found === "all" ? [] : simplified(found) }));
}

/**
 * The same ports in as few entries as possible: names first, then numbers in ascending ranges. Where there is nothing to put
 * together they stay as they stand. Source: Calico libcalico-go/lib/backend/k8s/conversion (SimplifyPorts).
 */
function simplified(ports: readonly Port[]): readonly Port[] {
  const names: string[] = [];
  const ranges: PortRange[] = [];
  let numbers = 0;
  for (const port of ports) {
    const meaning = portMeaning(port)!;
    if (meaning.kind === "named") names.push(meaning.name);
    else {
      ranges.push({ from: meaning.first, to: meaning.last });
      numbers += meaning.last - meaning.first + 1;
    }
  }
  return ports.length <= 1 || numbers <= 1 ? ports : [...names, ...mergedRanges(ranges).map(portOf)];
}

function portOf({ from, to }: PortRange): Port {
  return from === to ? from : `${from}:${to}`;
}
