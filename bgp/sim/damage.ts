import type { Random } from "../../lib/random.ts";
import { attributeFlag, messageType } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";

/** Chance, in whole numbers. */
class Dice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** 0 to `sides` - 1. */
  roll(sides: number): number {
    return Math.floor(this.#random() * sides);
  }

  /** Whether something that happens `percent` times in a hundred happens now. */
  happens(percent: number): boolean {
    return this.#random() * 100 < percent;
  }
}

/**
 * One of `messages` (whole, sound), spoilt by chance: bits and octets changed, cut out and doubled, its end cut off, spliced
 * with another; attributes of an UPDATE doubled, put in another order, taken over from other messages, made longer, with a
 * length field that lies; the optional parameters of an OPEN made of capability soup. The lengths of the whole are put
 * right mostly, so that the damage gets past them. At most 65535 octets.
 */
export function damaged(messages: readonly Uint8Array[], which: number, random: Random): Uint8Array {
  const dice = new Dice(random);
  const message = messages[which]!;
  const type = message[18];
  let octets = [...message];
  if (type === messageType.update && dice.happens(50)) octets = withOtherAttributes(messages, message, dice);
  else if (type === messageType.open && dice.happens(60)) octets = withSoup(message, dice);
  else spoil(octets, dice);
  if (dice.happens(15)) spoil(octets, dice);
  if (dice.happens(8)) octets = spliced(octets, messages[dice.roll(messages.length)]!, dice);
  if (octets.length > 65535) octets.length = 65535;
  if (dice.happens(92)) {
    octets[16] = octets.length >> 8;
    octets[17] = octets.length & 255;
  }
  return Uint8Array.from(octets);
}

/** Octets behind the header changed one to four times. */
function spoil(octets: number[], dice: Dice): void {
  for (let times = 1 + dice.roll(4); times > 0 && octets.length > HEADER_LENGTH; times--) {
    const at = HEADER_LENGTH + dice.roll(octets.length - HEADER_LENGTH);
    const kind = dice.roll(20);
    if (kind < 6) octets[at]! ^= 1 << dice.roll(8);
    else if (kind < 11) octets[at] = dice.roll(256);
    else if (kind < 14) octets[at] = [0, 1, 127, 128, 255][dice.roll(5)]!;
    else if (kind < 16) octets.splice(at, 1 + dice.roll(5));
    else if (kind < 18) octets.splice(at, 0, ...octets.slice(at, at + 1 + dice.roll(12)));
    else octets.length = Math.max(HEADER_LENGTH, at);
  }
}

function spliced(octets: readonly number[], other: Uint8Array, dice: Dice): number[] {
  const cut = HEADER_LENGTH + dice.roll(Math.max(1, octets.length - HEADER_LENGTH));
  return [...octets.slice(0, cut), ...other.subarray(HEADER_LENGTH + dice.roll(other.length - HEADER_LENGTH + 1))];
}

/** The attributes of a sound UPDATE, whole, and what lies before and behind them. */
function taken(message: Uint8Array): { before: number[]; attributes: number[][]; behind: number[] } {
  const lengthAt = HEADER_LENGTH + 2 + ((message[19]! << 8) | message[20]!);
  const end = lengthAt + 2 + ((message[lengthAt]! << 8) | message[lengthAt + 1]!);
  const attributes: number[][] = [];
  for (let at = lengthAt + 2; at < end; ) {
    const isLong = (message[at]! & attributeFlag.extendedLength) !== 0;
    const next = at + (isLong ? 4 + ((message[at + 2]! << 8) | message[at + 3]!) : 3 + message[at + 2]!);
    attributes.push([...message.subarray(at, next)]);
    at = next;
  }
  return { before: [...message.subarray(0, lengthAt)], attributes, behind: [...message.subarray(end)] };
}

function withOtherAttributes(messages: readonly Uint8Array[], message: Uint8Array, dice: Dice): number[] {
  const { before, attributes, behind } = taken(message);
  for (let times = 1 + dice.roll(3); times > 0; times--) changeAttributes(attributes, messages, dice);
  const octets = attributes.flat();
  const length = dice.happens(95) ? octets.length : dice.roll(octets.length + 20);
  return [...before, (length >> 8) & 255, length & 255, ...octets, ...behind];
}

function changeAttributes(attributes: number[][], messages: readonly Uint8Array[], dice: Dice): void {
  const at = dice.roll(attributes.length + 1);
  const one = attributes[at];
  const kind = dice.roll(8);
  if (kind === 0) {
    const other = messages[dice.roll(messages.length)]!;
    const theirs = other[18] === messageType.update ? taken(other).attributes : [];
    if (theirs.length > 0) attributes.splice(at, 0, theirs[dice.roll(theirs.length)]!);
    return;
  }
  if (!one) return;
  if (kind === 1) attributes.splice(dice.roll(attributes.length), 0, one);
  else if (kind === 2) attributes.push(...attributes.splice(at, 1));
  else if (kind === 3) attributes.splice(at, 1);
  else attributes[at] = changedAttribute(one, kind, dice);
}

function changedAttribute(one: readonly number[], kind: number, dice: Dice): number[] {
  const [flags = 0, code = 0] = one;
  const value = one.slice(flags & attributeFlag.extendedLength ? 4 : 3);
  if (kind === 4) for (let n = 1 + dice.roll(3); n > 0; n--) value[dice.roll(value.length)] = dice.roll(256);
  else if (kind === 5) value.length = dice.roll(value.length + 1);
  else if (kind === 6)
    value.push(...Array.from({ length: dice.roll(dice.happens(10) ? 5000 : 40) }, () => dice.roll(256)));
  else
    return [
      dice.happens(50) ? flags ^ (16 << dice.roll(4)) : flags,
      dice.happens(30) ? dice.roll(256) : code,
      ...one.slice(2),
    ];
  const lie = dice.happens(10) ? dice.roll(5) - 2 : 0;
  const length = Math.max(0, value.length + lie);
  const isLong = length > 255 || dice.happens(20);
  const head = isLong
    ? [flags | attributeFlag.extendedLength, code, length >> 8, length & 255]
    : [flags & ~16, code, length];
  return [...head, ...value];
}

/** Parameters of an OPEN: capabilities that exist and that do not, of any length, some parameters that are none. */
function withSoup(message: Uint8Array, dice: Dice): number[] {
  const parameters: number[] = [];
  for (let n = dice.roll(6); n > 0; n--) {
    const inside: number[] = [];
    for (let m = dice.roll(4); m > 0; m--) {
      const code = dice.happens(80) ? [1, 2, 5, 6, 9, 64, 65, 69, 70, 71, 73, 75][dice.roll(12)]! : dice.roll(256);
      const value = Array.from({ length: dice.roll(14) }, () => (dice.happens(60) ? dice.roll(3) : dice.roll(256)));
      inside.push(code, dice.happens(92) ? value.length : dice.roll(256), ...value);
    }
    parameters.push(
      dice.happens(92) ? 2 : dice.roll(256),
      dice.happens(92) ? inside.length : dice.roll(256),
      ...inside,
    );
  }
  const length = dice.happens(92) ? Math.min(255, parameters.length) : dice.roll(256);
  // RFC 9072: 255, 255 and a length of two octets.
  const isLong = dice.happens(10);
  const head = isLong ? [255, 255, parameters.length >> 8, parameters.length & 255] : [length];
  return [...message.subarray(0, 28), ...head, ...parameters];
}
