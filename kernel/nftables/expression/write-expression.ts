import { MessageWriter } from "../../netlink/message-writer.ts";
import type { Octets } from "../octets.ts";

/** One entry of a list of anything (NFTA_LIST_ELEM). */
export const NFTA_LIST_ELEM = 1;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_DATA_VALUE = 1;

/** The register a single value passes through (NFT_REG_1, 16 octets). */
export const NFT_REG_1 = 1;
/** The second register of 16 octets (NFT_REG_2). */
export const NFT_REG_2 = 2;
/** The third register of 16 octets (NFT_REG_3). */
export const NFT_REG_3 = 3;
/** The register that a verdict goes to (NFT_REG_VERDICT). */
export const NFT_REG_VERDICT = 0;
const NFT_REG32_00 = 8;

/** The register that begins `word` 32-bit words into register 1: fields of a concatenation lie side by side. */
export function registerAt(word: number): number {
  return word === 0 ? NFT_REG_1 : NFT_REG32_00 + word;
}

/** The encoded name of a kind of expression, made once: writing it is a copy. */
export class ExpressionKind {
  readonly #head: Uint8Array;

  constructor(name: string) {
    const octets = 4 + name.length + 1;
    this.#head = new Uint8Array((octets + 3) & ~3);
    new Uint16Array(this.#head.buffer).set([octets, NFTA_EXPR_NAME]);
    for (let i = 0; i < name.length; i++) this.#head[4 + i] = name.charCodeAt(i);
  }

  /** Appends an expression of this kind with the attributes that `body` writes. */
  write(w: MessageWriter, body: (w: MessageWriter) => void): void {
    w.nest(NFTA_LIST_ELEM, () => {
      w.bytes(this.#head);
      w.nest(NFTA_EXPR_DATA, body);
    });
  }

  /** Appends an expression of this kind that has nothing to say beside its name. */
  writeBare(w: MessageWriter): void {
    w.nest(NFTA_LIST_ELEM, () => w.bytes(this.#head));
  }
}

/**
 * Expressions of which there are only a few, encoded once each and copied from then on. The caller's keys are numbers, one for
 * each of those few.
 */
export class Phrasebook {
  readonly #phrases = new Map<number, Uint8Array>();

  /** Appends the phrase of this key, which `build` writes the first time. */
  write(w: MessageWriter, key: number, build: (w: MessageWriter) => void): void {
    let phrase = this.#phrases.get(key);
    if (!phrase) {
      const apart = new MessageWriter(256);
      build(apart);
      phrase = apart.view().slice();
      this.#phrases.set(key, phrase);
    }
    w.bytes(phrase);
  }
}

/** A value of whatever length, as comparisons and loads carry it (NFTA_DATA_VALUE in a nest of type `type`). */
export function writeValue(w: MessageWriter, type: number, value: Octets): void {
  w.nest(type, () => {
    w.u16(4 + value.length)
      .u16(NFTA_DATA_VALUE)
      .latin(value)
      .zeros(-value.length & 3);
  });
}
