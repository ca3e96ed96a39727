import fc from "fast-check";
import { parsePrefix } from "../../net/prefix.ts";
import type { Chain } from "./chain.ts";
import { printElement } from "./element.ts";
import { printVerdict } from "./expression/verdict.ts";
import type { Expression, Verdict } from "./expression.ts";
import type { VerdictMap } from "./map.ts";
import type { SetState, TableState } from "./port.ts";
import type { Rule } from "./rule.ts";
import type { NamedSet } from "./set.ts";
import type { Table } from "./table.ts";

const setKinds: readonly Omit<NamedSet, "elements">[] = [
  { name: "hosts", key: ["ipv4_addr"] },
  { name: "nets", key: ["ipv4_addr"], interval: true },
  { name: "nets6", key: ["ipv6_addr"], interval: true },
  { name: "ports", key: ["inet_service"], interval: true },
  { name: "named-ports", key: ["ipv4_addr", "inet_proto", "inet_service"] },
  { name: "net-ports", key: ["ipv4_addr", "inet_service"], interval: true },
];

const small = fc.integer({ min: 0, max: 3 });

/** Few values and short masks, so that elements meet, nest and touch. */
const elementOf: { readonly [Name in string]: fc.Arbitrary<string> } = {
  hosts: small.map((n) => `10.0.0.${n}`),
  nets: fc.tuple(small, small, fc.constantFrom(8, 16, 24, 32)).map(([a, b, n]) => `10.${a}.${b}.0/${n}`),
  nets6: fc.tuple(small, fc.constantFrom(16, 64, 128)).map(([a, n]) => `fd00:0:0:${a}::/${n}`),
  ports: fc.tuple(fc.integer({ min: 1, max: 9 }), small).map(([from, n]) => `${from}-${from + n}`),
  "named-ports": fc.tuple(small, fc.constantFrom("tcp", "udp")).map(([a, p]) => `10.0.0.${a} . ${p} . 80`),
  "net-ports": fc.tuple(small, fc.constantFrom(16, 24), small).map(([a, n, p]) => `10.${a}.0.0/${n} . ${80 + p}`),
};

const lookups: { readonly [Name in string]: readonly Expression[] } = {
  hosts: [{ kind: "lookup", key: ["ip saddr"], set: "hosts" }],
  nets: [{ kind: "lookup", key: ["ip daddr"], set: "nets", not: true }],
  nets6: [{ kind: "lookup", key: ["ip6 saddr"], set: "nets6" }],
  ports: [
    { kind: "l4proto", protocol: 6 },
    { kind: "lookup", key: ["dport"], set: "ports" },
  ],
  "named-ports": [{ kind: "lookup", key: ["ip daddr", "l4proto", "dport"], set: "named-ports" }],
  "net-ports": [{ kind: "lookup", key: ["ip saddr", "dport"], set: "net-ports" }],
};

const leaves = ["leaf-a", "leaf-b", "leaf-c", "leaf-d"] as const;

function ruleOf(sets: readonly string[], chains: readonly string[]): fc.Arbitrary<Rule> {
  const verdicts: Verdict[] = [{ kind: "accept" }, { kind: "drop" }, { kind: "return" }];
  const jumps: Verdict[] = chains.map((chain) => ({ kind: "jump", chain }));
  const matches: (readonly Expression[])[] = [
    [{ kind: "address", field: "saddr", prefix: parsePrefix("10.0.0.0/9")! }],
    [{ kind: "port", protocol: "tcp", field: "dport", from: 80, to: 90 }],
    [{ kind: "ct state", states: ["established", "related"] }],
    [],
    ...sets.map((name) => lookups[name]!),
  ];
  return fc
    .record({
      match: fc.constantFrom(...matches),
      verdict: fc.constantFrom(...verdicts, ...jumps),
      name: fc.constantFrom("default/allow|0", "default/deny|1", "x".repeat(200), undefined),
    })
    .map(({ match, verdict, name }) => ({
      expressions: [...match, { kind: "counter" }, verdict],
      ...(name !== undefined && { name }),
    }));
}

/** Tables whose references hold, small enough to change often and alike enough to share most of their content. */
export const arbitraryTable: fc.Arbitrary<Table> = fc
  .tuple(fc.subarray([...setKinds]), fc.subarray([...leaves]), fc.boolean())
  .chain(([kinds, chains, dispatch]) => {
    const names = kinds.map(({ name }) => name);
    const sets = fc.tuple(
      ...kinds.map((kind) =>
        fc.array(elementOf[kind.name]!, { maxLength: 8 }).map((elements): NamedSet => ({ ...kind, elements })),
      ),
    );
    const leafChains = fc.tuple(
      ...chains.map((name) => fc.array(ruleOf(names, []), { maxLength: 6 }).map((rules): Chain => ({ name, rules }))),
    );
    const verdict = fc.constantFrom<Verdict>(
      { kind: "drop" },
      ...chains.map((chain) => ({ kind: "goto", chain }) as const),
    );
    const maps = dispatch
      ? fc
          .dictionary(fc.constantFrom("cali1", "cali2", "cali3"), verdict)
          .map((entries): VerdictMap[] => [{ name: "dispatch", entries: new Map(Object.entries(entries)) }])
      : fc.constant([]);
    const base = fc.record({
      rules: fc.array(ruleOf(names, chains), { maxLength: 6 }),
      policy: fc.constantFrom<"accept" | "drop">("accept", "drop"),
      priority: fc.constantFrom(0, 10),
    });
    return fc.tuple(sets, leafChains, maps, base).map(([setList, chainList, mapList, { rules, policy, priority }]) => {
      const first: Rule[] = dispatch ? [{ expressions: [{ kind: "vmap", key: "iifname", map: "dispatch" }] }] : [];
      const forward: Chain = {
        name: "forward",
        hook: { type: "filter", point: "forward", priority, policy },
        rules: [...first, ...rules],
      };
      return { family: "inet", name: "manx", chains: [...chainList, forward], sets: setList, maps: mapList };
    });
  });

/** A table's content without what differs from one making of it to the next: handles and counts. */
export function contentOf(state: TableState | undefined): unknown {
  const chains = [...(state?.chains ?? [])].map(([name, { hook, rules }]) => [
    name,
    hook,
    rules.map(({ identity, comment }) => `${identity} ${comment}`),
  ]);
  const sets = [...(state?.sets ?? [])].map(([name, set]) => [name, setContent(set)]);
  return { chains: chains.sort(byName), sets: sets.sort(byName) };
}

function byName(x: readonly unknown[], y: readonly unknown[]): number {
  return String(x[0]) < String(y[0]) ? -1 : 1;
}

function setContent(set: SetState): unknown {
  if (set.kind === "set") return set.keys.map((key) => printElement(set.spec, key)).sort();
  if (set.kind === "map") return [...set.entries].map(([name, verdict]) => `${name} ${printVerdict(verdict)}`).sort();
  return set.kind;
}
