import type { Family } from "../net/family.ts";
import { canonicalRoute, type FibRoute, routeShape } from "./fib-route.ts";

/** Everything in a route but its key. */
export type RoutePath = Pick<FibRoute, "protocol" | "type" | "scope" | "nexthops" | "prefSrc">;

/** A path that any number of routes share, with a small number to stand for it. */
export interface Shape {
  /** From 1; 0 stands for no path. */
  readonly id: number;
  readonly path: RoutePath;
  /** How many routes hold it, wanted or actual. */
  uses: number;
  /** All interfaces it leads to are known to be down: not worth trying. */
  down: boolean;
}

/** Paths of one family by number. A path is forgotten, and its number given to another, when the last route lets it go. */
export class ShapeTable {
  readonly #byText = new Map<string, Shape>();
  readonly #byId: (Shape | undefined)[] = [undefined];
  readonly #free: number[] = [];
  readonly #key: Pick<FibRoute, "table" | "metric" | "prefix">;

  constructor(family: Family) {
    this.#key = { table: 0, metric: 0, prefix: { family, a: 0, b: 0, c: 0, d: 0, length: 0 } };
  }

  /** The shape of a path. The caller holds it by counting up `uses`, in the same turn. */
  intern(path: RoutePath): Shape {
    const text = routeShape({ ...path, ...this.#key });
    const found = this.#byText.get(text);
    if (found) return found;
    const id = this.#free.pop() ?? this.#byId.length;
    const shape: Shape = { id, path: canonicalRoute({ ...path, ...this.#key }), uses: 0, down: false };
    this.#byText.set(text, shape);
    this.#byId[id] = shape;
    return shape;
  }

  /** The shape with this number, which somebody holds. */
  byId(id: number): Shape {
    return this.#byId[id]!;
  }

  /** One route more holds it; 0 is nobody's. */
  hold(id: number): void {
    if (id !== 0) this.byId(id).uses++;
  }

  /** One route less holds it. */
  release(id: number): void {
    if (id === 0) return;
    const shape = this.byId(id);
    if (--shape.uses > 0) return;
    this.#byText.delete(routeShape({ ...shape.path, ...this.#key }));
    this.#byId[id] = undefined;
    this.#free.push(id);
  }

  /** All shapes that somebody holds. */
  values(): IterableIterator<Shape> {
    return this.#byText.values();
  }
}
