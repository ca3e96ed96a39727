/** Labels from here on stand for a tag and an interface; smaller ones are the tag itself. */
const firstPair = 0x40000000;

interface Pair {
  readonly key: string;
  readonly tag: number;
  readonly interfaceName: string;
  uses: number;
}

/**
 * What filters may ask of our own routes beside their attributes, as one number a set: a tag below 2^30, and the interface
 * behind which the route lies. Labels with an interface are counted and used again when nobody has them.
 */
export class RouteLabels {
  readonly #pairs = new Map<number, Pair>();
  readonly #labels = new Map<string, number>();
  #next = firstPair;

  /** The label of a tag and an interface (empty: none), held once more. */
  hold(tag: number, interfaceName: string): number {
    if (interfaceName === "") return tag;
    const key = `${tag} ${interfaceName}`;
    const known = this.#labels.get(key);
    if (known !== undefined) {
      this.#pairs.get(known)!.uses++;
      return known;
    }
    const label = this.#next++;
    this.#pairs.set(label, { key, tag, interfaceName, uses: 1 });
    this.#labels.set(key, label);
    return label;
  }

  /** One user less. */
  drop(label: number): void {
    const pair = this.#pairs.get(label);
    if (!pair || --pair.uses > 0) return;
    this.#pairs.delete(label);
    this.#labels.delete(pair.key);
  }

  tag(label: number): number {
    return label < firstPair ? label : (this.#pairs.get(label)?.tag ?? 0);
  }

  /** Empty when there is none. */
  interfaceName(label: number): string {
    return this.#pairs.get(label)?.interfaceName ?? "";
  }
}
