import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePrefix } from "../../net/prefix.ts";
import { Network, type Router } from "./network.ts";

/** Routers 0..count-1, each its own AS, and which of them are linked. */
interface Topology {
  readonly seed: number;
  readonly count: number;
  readonly links: readonly (readonly [number, number])[];
  /** Which routers announce each of a few prefixes. */
  readonly origins: readonly (readonly number[])[];
  /** Positions in `links` that are cut later. */
  readonly cuts: readonly number[];
}

const topology: fc.Arbitrary<Topology> = fc
  .record({ seed: fc.nat(), count: fc.integer({ min: 2, max: 6 }) })
  .chain(({ seed, count }) => {
    const one = fc.nat(count - 1);
    const link = fc.tuple(one, one).filter(([x, y]) => x < y);
    return fc.record({
      seed: fc.constant(seed),
      count: fc.constant(count),
      links: fc.uniqueArray(link, { minLength: 1, maxLength: 9, selector: ([x, y]) => x * 10 + y }),
      origins: fc.array(fc.uniqueArray(one, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
      cuts: fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
    });
  });

/**
 * What every router must choose for a prefix, worked out from the whole graph at once: the shortest AS path, then the
 * lowest router id of the neighbour. Round by round until nothing changes.
 */
function globalChoice(count: number, links: Topology["links"], origins: readonly number[]): (string | undefined)[] {
  let best: (readonly number[] | undefined)[] = Array.from({ length: count }, (_, i) =>
    origins.includes(i) ? [i] : undefined,
  );
  for (let round = 0; round < count * 2; round++) {
    best = best.map((_, router) => {
      if (origins.includes(router)) return [router];
      const offers = links
        .filter((link) => link.includes(router))
        .map(([x, y]) => best[x === router ? y : x])
        .filter((path): path is readonly number[] => path !== undefined && !path.includes(router))
        .sort((x, y) => x.length - y.length || x[0]! - y[0]!);
      return offers[0] && [router, ...offers[0]];
    });
  }
  return best.map((path) => path && (path.length === 1 ? "local" : `r${path[1]}`));
}

function build({ seed, count, links, origins }: Topology): { readonly network: Network; readonly routers: Router[] } {
  const network = new Network({ seed });
  const routers = Array.from({ length: count }, (_, i) => network.router(`r${i}`, 65001 + i));
  for (const [x, y] of links) network.link(routers[x]!, routers[y]!);
  origins.forEach((who, i) => {
    for (const router of who) routers[router]!.speaker.announce(parsePrefix(`10.${i}.0.0/16`)!);
  });
  return { network, routers };
}

function check(network: Network, routers: readonly Router[], links: Topology["links"], { origins }: Topology): void {
  origins.forEach((who, i) => {
    const chosen = routers.map((router) => network.routes(router).get(`10.${i}.0.0/16`));
    assert.deepEqual(chosen, globalChoice(routers.length, links, who), `10.${i}.0.0/16`);
    for (const start of routers.keys()) {
      let at: string | undefined = `r${start}`;
      for (let hops = 0; at !== undefined && at !== "local"; hops++) {
        assert.ok(hops <= routers.length, `a loop for 10.${i}.0.0/16 from r${start}`);
        at = chosen[Number(at.slice(1))];
      }
    }
  });
}

describe("a network of speakers", () => {
  it("comes to the best paths that the whole graph has, and to those of what is left after cuts", () => {
    fc.assert(
      fc.property(topology, (shape) => {
        const { network, routers } = build(shape);
        network.run(60);
        check(network, routers, shape.links, shape);
        for (const at of shape.cuts) {
          const link = shape.links[at];
          if (link) network.cut(routers[link[0]]!, routers[link[1]]!);
        }
        network.run(400);
        check(
          network,
          routers,
          shape.links.filter((_, i) => !shape.cuts.includes(i)),
          shape,
        );
      }),
      { numRuns: 25 },
    );
  });

  it("has one history for one seed", () => {
    const history = (): string[] => {
      const told: string[] = [];
      const network = new Network({
        seed: 7,
        tell: (router, { fact }) => told.push(`${network.clock.now()} ${router} ${fact}`),
      });
      const [x, y, z] = [network.router("x", 65001), network.router("y", 65002), network.router("z", 65003)];
      network.link(x, y);
      network.link(y, z);
      x.speaker.announce(parsePrefix("10.0.0.0/8")!);
      network.run(120);
      return told;
    };
    assert.ok(history().length > 5);
    assert.deepEqual(history(), history());
  });
});
