import type { KeyId, LabelPairs, PairId } from "./label-pairs.ts";

/** An object as a test asks it: its labels and those it inherits, by numbers. */
export interface AskedItem {
  /** The pair it has for a label, own or inherited, or -1. */
  find(key: KeyId): PairId;
  /** Every pair, own before inherited; of a label that comes again only the first counts. */
  eachPair(visit: (key: KeyId, pair: PairId) => void): void;
}

/** How many answers are kept of one selector. */
const MOST_ANSWERS = 4096;

/** How much of a label a selector looks at. */
interface Regard {
  /** The values it compares with for equality. */
  readonly pairs: Set<PairId>;
  /** It asks whether the label is there at all. */
  presence: boolean;
  /** It looks into the value. */
  text: boolean;
}

/**
 * Answers of a long selector, by as much of an object's labels as it can tell apart: thousands of terms are worked out once
 * for all objects that look alike to it, not once for each. What it does not mention, it does not look at.
 */
export class LabelMemo {
  readonly #pairs: LabelPairs;
  readonly #regards = new Map<KeyId, Regard>();
  readonly #answers = new Map<string, boolean>();

  constructor(pairs: LabelPairs) {
    this.#pairs = pairs;
  }

  /** The selector compares the label with a value. */
  compares(key: KeyId, pair: PairId): void {
    this.#regard(key).pairs.add(pair);
  }

  asksPresence(key: KeyId): void {
    this.#regard(key).presence = true;
  }

  readsText(key: KeyId): void {
    this.#regard(key).text = true;
  }

  /** What `ask` answers of the item, or answered of one that looks the same. */
  answer(item: AskedItem, ask: (item: AskedItem) => boolean): boolean {
    const look = this.#look(item);
    const known = this.#answers.get(look);
    if (known !== undefined) return known;
    if (this.#answers.size >= MOST_ANSWERS) this.#answers.clear();
    const answer = ask(item);
    this.#answers.set(look, answer);
    return answer;
  }

  /** Numbers of pairs stand in it only where the selector holds them, so that nobody else can come to have them. */
  #look(item: AskedItem): string {
    let look = "";
    const seen: KeyId[] = [];
    item.eachPair((key, pair) => {
      const regard = this.#regards.get(key);
      if (!regard || seen.includes(key)) return;
      seen.push(key);
      if (regard.text) {
        const text = this.#pairs.valueOf(pair);
        look += `${key}=${text.length}:${text};`;
      } else if (regard.pairs.has(pair)) look += `${key}:${pair};`;
      else if (regard.presence) look += `${key};`;
    });
    return look;
  }

  #regard(key: KeyId): Regard {
    let regard = this.#regards.get(key);
    if (!regard) this.#regards.set(key, (regard = { pairs: new Set(), presence: false, text: false }));
    return regard;
  }
}
