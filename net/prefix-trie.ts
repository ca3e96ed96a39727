import { type Address, sameAddress } from "./address.ts";
import { addressBits } from "./family.ts";
import { covers, masked, type Prefix, prefixOf } from "./prefix.ts";

interface Vertex<V> {
  readonly prefix: Prefix;
  value: V | undefined;
  zero: Vertex<V> | undefined;
  one: Vertex<V> | undefined;
}

function bitAt(address: Address, at: number): boolean {
  const word = at < 32 ? address.a : at < 64 ? address.b : at < 96 ? address.c : address.d;
  return ((word >>> (31 - (at & 31))) & 1) === 1;
}

/** How many leading bits two addresses of a family share, at most `limit`. */
function sharedBits(x: Address, y: Address, limit: number): number {
  let shared = 0;
  for (const difference of [x.a ^ y.a, x.b ^ y.b, x.c ^ y.c, x.d ^ y.d]) {
    shared += Math.clz32(difference);
    if (difference !== 0) break;
  }
  return Math.min(shared, limit);
}

/**
 * Prefixes of one family with longest-prefix match: a path-compressed binary trie.
 * All operations are O(address bits). Values must not be undefined.
 */
export class PrefixTrie<V> {
  #root: Vertex<V> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(prefix: Prefix, value: V): void {
    this.#root = this.#insert(this.#root, masked(prefix), value);
  }

  get(prefix: Prefix): V | undefined {
    const found = this.#find(masked(prefix));
    return found?.value;
  }

  delete(prefix: Prefix): boolean {
    const target = masked(prefix);
    if (this.#find(target)?.value === undefined) return false;
    this.#root = this.#remove(this.#root!, target);
    this.#size--;
    return true;
  }

  /** The longest stored prefix that covers an address or a prefix, with its value. */
  lookup(target: Address | Prefix): { readonly prefix: Prefix; readonly value: V } | undefined {
    let best: { prefix: Prefix; value: V } | undefined;
    for (const vertex of this.#path(target)) best = { prefix: vertex.prefix, value: vertex.value! };
    return best;
  }

  /** Every stored prefix that covers the target, shortest first. */
  *covering(target: Address | Prefix): Generator<readonly [Prefix, V]> {
    for (const vertex of this.#path(target)) yield [vertex.prefix, vertex.value!];
  }

  /** Whether `holds` is true for the value of some stored prefix that covers the target; makes no objects. */
  someCovering(target: Prefix, holds: (value: V) => boolean): boolean {
    let vertex = this.#root;
    while (vertex && vertex.prefix.length <= target.length && covers(vertex.prefix, target)) {
      if (vertex.value !== undefined && holds(vertex.value)) return true;
      if (vertex.prefix.length === target.length) return false;
      vertex = bitAt(target, vertex.prefix.length) ? vertex.one : vertex.zero;
    }
    return false;
  }

  /** Every stored prefix that the target covers, in address order, shorter before longer. */
  *coveredBy(target: Prefix): Generator<readonly [Prefix, V]> {
    let vertex = this.#root;
    while (vertex && !covers(target, vertex.prefix)) {
      if (!covers(vertex.prefix, target)) return;
      vertex = bitAt(target, vertex.prefix.length) ? vertex.one : vertex.zero;
    }
    if (vertex) yield* this.#walk(vertex);
  }

  *entries(): Generator<readonly [Prefix, V]> {
    if (this.#root) yield* this.#walk(this.#root);
  }

  *#walk(vertex: Vertex<V>): Generator<readonly [Prefix, V]> {
    if (vertex.value !== undefined) yield [vertex.prefix, vertex.value];
    if (vertex.zero) yield* this.#walk(vertex.zero);
    if (vertex.one) yield* this.#walk(vertex.one);
  }

  *#path(target: Address | Prefix): Generator<Vertex<V>> {
    const end = "length" in target ? target.length : addressBits[target.family];
    let vertex = this.#root;
    while (vertex && vertex.prefix.length <= end && covers(vertex.prefix, target)) {
      if (vertex.value !== undefined) yield vertex;
      if (vertex.prefix.length === end) return;
      vertex = bitAt(target, vertex.prefix.length) ? vertex.one : vertex.zero;
    }
  }

  #find(target: Prefix): Vertex<V> | undefined {
    let vertex = this.#root;
    while (vertex && vertex.prefix.length < target.length && covers(vertex.prefix, target)) {
      vertex = bitAt(target, vertex.prefix.length) ? vertex.one : vertex.zero;
    }
    return vertex?.prefix.length === target.length && sameAddress(vertex.prefix, target) ? vertex : undefined;
  }

  #insert(vertex: Vertex<V> | undefined, prefix: Prefix, value: V): Vertex<V> {
    if (!vertex) {
      this.#size++;
      return { prefix, value, zero: undefined, one: undefined };
    }
    const shared = sharedBits(vertex.prefix, prefix, Math.min(vertex.prefix.length, prefix.length));
    if (shared === vertex.prefix.length) {
      if (shared === prefix.length) {
        if (vertex.value === undefined) this.#size++;
        vertex.value = value;
      } else if (bitAt(prefix, shared)) vertex.one = this.#insert(vertex.one, prefix, value);
      else vertex.zero = this.#insert(vertex.zero, prefix, value);
      return vertex;
    }
    const fork: Vertex<V> = { prefix: this.#cut(prefix, shared), value: undefined, zero: undefined, one: undefined };
    if (bitAt(vertex.prefix, shared)) fork.one = vertex;
    else fork.zero = vertex;
    return this.#insert(fork, prefix, value);
  }

  #cut(prefix: Prefix, length: number): Prefix {
    return masked(prefixOf(prefix, length));
  }

  #remove(vertex: Vertex<V>, target: Prefix): Vertex<V> | undefined {
    if (vertex.prefix.length === target.length) vertex.value = undefined;
    else if (bitAt(target, vertex.prefix.length)) vertex.one = this.#remove(vertex.one!, target);
    else vertex.zero = this.#remove(vertex.zero!, target);
    if (vertex.value !== undefined || (vertex.zero && vertex.one)) return vertex;
    return vertex.zero ?? vertex.one;
  }
}
