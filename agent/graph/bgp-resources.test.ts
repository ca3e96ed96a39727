import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { load } from "js-yaml";
import { formatCommunity } from "../../bgp/attribute/community-text.ts";
import type { Filter, PrefixRange, Term } from "../../bgp/filter/filter.ts";
import type { Kind } from "../../datastore/model/resource.ts";
import { resourcePath } from "../../datastore/resource-key.ts";
import type { Entry } from "../../datastore/store.ts";
import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { PolicyGraph } from "../../policy/graph/policy-graph.ts";
import { listenPlaces } from "../bgp/listen-places.ts";
import { peerConfig } from "../bgp/peer-config.ts";
import { assertGolden } from "../dataplane/io/golden.ts";
import { Intake } from "../intake.ts";
import { Secrets } from "../secrets/secrets.ts";
import { SimSecretFiles } from "../secrets/sim/secret-files.ts";
import { NodeGraph } from "./node-graph.ts";
import type { PlannedPeer } from "./planned.ts";
import { withheldPrefixes } from "./withheld.ts";

/** All of `KIND namespace/name`, its kind, its namespace where it has one, its name. */
type Parts = readonly [all: string, kind: Kind, namespace: string | undefined, name: string];

type Objects = Readonly<Record<string, { readonly labels?: object } | null>>;

interface Case {
  readonly case: string;
  readonly at: string;
  readonly with: Objects;
}

const { cluster, cases } = load(readFileSync(new URL("testdata/bgp-resources.yaml", import.meta.url), "utf8")) as {
  readonly cluster: Objects;
  readonly cases: readonly Case[];
};

/** The store's entries for what a case says, `KIND name` each. */
function entriesOf(objects: Objects): Entry[] {
  return Object.entries(objects).flatMap(([title, value]) => {
    if (value === null) return [];
    const [, kind, namespace, name] = /^(\w+) (?:(\S+)\/)?(\S+)$/.exec(title) as unknown as Parts;
    const { labels, ...spec } = value;
    const metadata = { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) };
    const text = JSON.stringify({ kind, apiVersion: "projectcalico.org/v3", metadata, spec });
    return [
      { key: resourcePath({ kind, name, ...(namespace !== undefined && { namespace }) }), value: text, revision: 1 },
    ];
  });
}

/** A node as its agent sees itself after these changes, a turn each where it is told so. */
function nodeAfter(at: string, changes: readonly Change<string, Entry>[], turnsBetween: boolean): NodeGraph {
  const graph = new NodeGraph({ nodeName: at, routerId: undefined });
  const refused: string[] = [];
  const intake = new Intake({
    nodeName: at,
    graph,
    policy: new PolicyGraph(at),
    tell: (fact) => void (fact.fact === "agent.resource-invalid" && refused.push(fact.why)),
    onPools: () => {},
  });
  const files = new SimSecretFiles();
  for (const key of ["tor", "mesh"]) files.write(`bgp/${key}`, "hush");
  files.write("bgp/empty", "");
  const onSecret: NodeGraph["onSecret"] = (change) => graph.onSecret(change);
  const secrets = new Secrets({ files, tell: () => {}, onSecret, changed: () => {} });
  for (const change of changes) {
    intake.on(change);
    if (turnsBetween) secrets.follow(graph.secretFiles);
    if (turnsBetween) graph.turn();
  }
  secrets.follow(graph.secretFiles);
  graph.turn();
  assert.deepEqual(refused, []);
  return graph;
}

const rangeText = ({ prefix, minLength = prefix.length, maxLength = minLength }: PrefixRange): string =>
  `${formatPrefix(prefix)}${minLength === prefix.length && maxLength === minLength ? "" : `{${minLength},${maxLength}}`}`;

function valueText(name: string, value: unknown): string {
  if (/refixes$/.test(name)) return (value as PrefixRange[]).map(rangeText).join(" ") || "none";
  if (name === "communities" || name === "addCommunities") return (value as number[]).map(formatCommunity).join(" ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function termText({ name, match, verdict, change = {} }: Term): string {
  const words = (all: object): string[] => Object.entries(all).map(([key, value]) => `${key} ${valueText(key, value)}`);
  const [when, then] = [words(match).join(", "), words(change).join(", ")];
  return `${verdict}${when && ` where ${when}`}${then && `, with ${then}`}  # ${name}`;
}

function filterText(direction: string, { terms, otherwise }: Filter): string[] {
  return [`    ${direction}`, ...terms.map((term) => `      ${termText(term)}`), `      otherwise ${otherwise}`];
}

function fieldText(value: unknown): string {
  if (typeof value === "object" && value !== null) return formatAddress(value as Address);
  return value === undefined || value === "" ? "-" : String(value);
}

function peerText(peer: PlannedPeer, graph: NodeGraph): string[] {
  const { key, family: _family, address: _address, zone: _zone, filters, password, ...fields } = peer;
  const isReflector = graph.self?.clusterId !== undefined;
  const others = [...graph.peers.values()].filter(({ workload }) => workload !== undefined);
  const workloads = others.map(({ address }) => formatAddress(address)).sort();
  const context = { pools: graph.pools, settings: graph.settings, restartSeconds: 120, isReflector, workloads };
  const {
    importFilter,
    exportFilter,
    holdTimeSeconds = 90,
    gracefulRestart,
    thirdPartyNextHop,
  } = peerConfig(peer, context);
  const said = [
    ...Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`),
    `password=${password === undefined ? "-" : "set"}`,
    `filters=${filters.map(({ metadata }) => metadata.name).join("+") || "-"}`,
  ];
  const head = [`  ${key}`, `    ${said.slice(0, 7).join(" ")}`, `    ${said.slice(7).join(" ")}`];
  if (peer.problem !== "") return [...head, "    not begun"];
  const config = `hold ${holdTimeSeconds} s, restart ${gracefulRestart?.restartSeconds} s`;
  return [
    ...head,
    `    speaker: ${config}${thirdPartyNextHop ? ", next hops of others kept" : ""}`,
    ...filterText("import", importFilter!),
    ...filterText("export", exportFilter!),
  ];
}

/** Everything that follows from BGP's resources at a node, as text. */
function outcome(graph: NodeGraph): string[] {
  const self = graph.self!;
  const settings = graph.settings;
  const places = listenPlaces(self, settings, settings.listenPort ?? 179);
  const where = places.map(({ address, port }) => `${address ? formatAddress(address) : "any"} ${port}`);
  const announced = [...graph.announcements.values()].map(({ prefix, kind }) => `${formatPrefix(prefix)} (${kind})`);
  const withheld = withheldPrefixes(settings, graph.pools).map(formatPrefix);
  const { ignoredInterfaces = [], logSeverityScreen = "-" } = settings;
  return [
    `  AS ${self.asn}, identifier ${self.routerId}, cluster ${self.clusterId ?? "-"}, waits at ${where.join(" and ")}`,
    `  announces ${announced.join(" ") || "-"}, keeps from the kernel ${withheld.join(" ") || "-"}`,
    `  log ${logSeverityScreen}, passes over ${ignoredInterfaces.join(" ") || "-"}`,
    ...[...graph.peers.values()].sort((x, y) => (x.key < y.key ? -1 : 1)).flatMap((peer) => peerText(peer, graph)),
  ];
}

const set = (entry: Entry): Change<string, Entry> => ({ kind: "set", key: entry.key, value: entry });

describe("BGP's resources", () => {
  it("make these peers and filters", () => {
    const texts = cases.map((one) => {
      const graph = nodeAfter(one.at, entriesOf({ ...cluster, ...one.with }).map(set), false);
      const inputs = Object.entries(one.with).map(([title, value]) => `${title}: ${JSON.stringify(value)}`);
      return [`== ${one.case}`, ...inputs, `-- at ${one.at}`, ...outcome(graph)].join("\n");
    });
    assert.ok(cases.length >= 30);
    assert.ok(!texts.join().includes("hush"), "no secret is shown");
    assertGolden(new URL("testdata/bgp-resources.golden", import.meta.url), `${texts.join("\n\n")}\n`);
  });

  it("make the same whatever the order in which they came, and whatever was there before", () => {
    const which = fc.constantFrom(...cases);
    fc.assert(
      fc.property(which, which, fc.infiniteStream(fc.nat()), fc.boolean(), (one, before, numbers, turnsBetween) => {
        const shuffled = <T>(all: readonly T[]): T[] =>
          all
            .map((value) => ({ value, at: numbers.next().value as number }))
            .sort((x, y) => x.at - y.at)
            .map(({ value }) => value);
        const wanted = entriesOf({ ...cluster, ...one.with });
        const old = entriesOf({ ...cluster, ...before.with });
        const gone = old.filter(({ key }) => !wanted.some((entry) => entry.key === key));
        const deletes = gone.map(({ key }): Change<string, Entry> => ({ kind: "delete", key }));
        const changes = [...shuffled(old.map(set)), ...shuffled([...wanted.map(set), ...deletes])];
        assert.deepEqual(
          outcome(nodeAfter(one.at, changes, turnsBetween)),
          outcome(nodeAfter(one.at, wanted.map(set), false)),
        );
      }),
      { numRuns: 150 },
    );
  });
});
