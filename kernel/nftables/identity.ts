/**
 * A 64-bit fingerprint of octets, as 16 hex digits: two murmur-like lanes over 32-bit words. Good enough to tell whether a rule we
 * once wrote is the rule we want now; not for secrets, and not against someone who may write our table anyway.
 */
export function fingerprint(octets: Uint8Array): string {
  let x = 0x9747b28c;
  let y = 0x5bd1e995;
  const words = octets.length & ~3;
  for (let at = 0; at < words; at += 4) {
    const word = octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24);
    x = step(x ^ Math.imul(word, 0xcc9e2d51), 15, 0x1b873593);
    y = step(y ^ Math.imul(word, 0x85ebca6b), 13, 0xc2b2ae35);
  }
  let tail = octets.length - words;
  for (let at = words; at < octets.length; at++) tail = (tail << 8) ^ octets[at]!;
  x = finish(x ^ octets.length ^ Math.imul(tail, 0xcc9e2d51));
  y = finish(y ^ Math.imul(octets.length, 0x27d4eb2f) ^ Math.imul(tail, 0x85ebca6b) ^ x);
  return hex(x) + hex(y);
}

function step(value: number, turn: number, factor: number): number {
  return (Math.imul((value << turn) | (value >>> (32 - turn)), factor) + 0xe6546b64) | 0;
}

function finish(value: number): number {
  let v = value ^ (value >>> 16);
  v = Math.imul(v, 0x85ebca6b);
  v = Math.imul(v ^ (v >>> 13), 0xc2b2ae35);
  return (v ^ (v >>> 16)) >>> 0;
}

const digits = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

function hex(value: number): string {
  return digits[value >>> 24]! + digits[(value >>> 16) & 255]! + digits[(value >>> 8) & 255]! + digits[value & 255]!;
}
