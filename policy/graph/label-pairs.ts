/** A label's name as a number. */
export type KeyId = number;
/** A label's name and value, together as one number. */
export type PairId = number;

interface Key {
  readonly id: KeyId;
  readonly label: string;
  readonly pairs: Map<string, PairId>;
  holders: number;
}

/**
 * Label names and `name=value` pairs as small numbers: a quarter of a million endpoints share a few thousand of them.
 * Whoever acquires releases; a number nobody holds is used again.
 */
export class LabelPairs {
  readonly #byLabel = new Map<string, Key>();
  readonly #freeKeys: KeyId[] = [];
  #keyCount = 0;
  readonly #keys: (Key | undefined)[] = [];
  readonly #keyIds: KeyId[] = [];
  readonly #values: string[] = [];
  readonly #holders: number[] = [];
  readonly #free: PairId[] = [];

  acquire(label: string, value: string): PairId {
    const key = this.#hold(label);
    const known = key.pairs.get(value);
    if (known !== undefined) {
      this.#holders[known]!++;
      return known;
    }
    const pair = this.#free.pop() ?? this.#values.length;
    key.pairs.set(value, pair);
    this.#keys[pair] = key;
    this.#keyIds[pair] = key.id;
    this.#values[pair] = value;
    this.#holders[pair] = 1;
    return pair;
  }

  release(pair: PairId): void {
    const key = this.#keys[pair]!;
    if (--this.#holders[pair]! === 0) {
      key.pairs.delete(this.#values[pair]!);
      this.#values[pair] = "";
      this.#keys[pair] = undefined;
      this.#free.push(pair);
    }
    this.#unhold(key);
  }

  acquireKey(label: string): KeyId {
    return this.#hold(label).id;
  }

  releaseKey(label: string): void {
    this.#unhold(this.#byLabel.get(label)!);
  }

  /** The number of a label's name, if anybody holds it. */
  keyId(label: string): KeyId | undefined {
    return this.#byLabel.get(label)?.id;
  }

  /** The number of a pair, if anybody holds it. */
  pairId(label: string, value: string): PairId | undefined {
    return this.#byLabel.get(label)?.pairs.get(value);
  }

  keyOf(pair: PairId): KeyId {
    return this.#keyIds[pair]!;
  }

  valueOf(pair: PairId): string {
    return this.#values[pair]!;
  }

  /** How many hold the pair: near enough how many objects bear it. */
  holders(pair: PairId): number {
    return this.#holders[pair] ?? 0;
  }

  #hold(label: string): Key {
    let key = this.#byLabel.get(label);
    if (!key) {
      key = { id: this.#freeKeys.pop() ?? this.#keyCount++, label, pairs: new Map(), holders: 0 };
      this.#byLabel.set(label, key);
    }
    key.holders++;
    return key;
  }

  #unhold(key: Key): void {
    if (--key.holders > 0) return;
    this.#byLabel.delete(key.label);
    this.#freeKeys.push(key.id);
  }
}
