const MASK = (1n << 64n) - 1n;
const PRIMES = primes(80);
/** The first 64 bits of the fractional parts of the cube roots of the first 80 primes (FIPS 180-4 4.2.3). */
const K = PRIMES.map((p) => root(p << 192n, 3n) & MASK);
/** The same of the square roots of the first 8 (FIPS 180-4 5.3.5). */
const START = PRIMES.slice(0, 8).map((p) => root(p << 128n, 2n) & MASK);

/**
 * The SHA-512 digest of some octets: 64 octets, fresh. For names that other programs compute too, from pure code: a
 * tenth of a millisecond a block, so what must be fast or secret uses node:crypto.
 * Source: FIPS 180-4 6.4.
 */
export function sha512(octets: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((octets.length + 16) >>> 7) + 1) << 7);
  padded.set(octets);
  padded[octets.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(octets.length) << 3n);
  let state: readonly bigint[] = START;
  for (let block = 0; block < padded.length; block += 128) state = compress(state, view, block);
  const out = new DataView(new ArrayBuffer(64));
  for (const [i, word] of state.entries()) out.setBigUint64(i * 8, word);
  return new Uint8Array(out.buffer);
}

function compress(state: readonly bigint[], view: DataView, block: number): readonly bigint[] {
  const w: bigint[] = [];
  for (let t = 0; t < 16; t++) w.push(view.getBigUint64(block + t * 8));
  for (let t = 16; t < 80; t++) {
    const [x, y] = [w[t - 15]!, w[t - 2]!];
    const s0 = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n);
    const s1 = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n);
    w.push((w[t - 16]! + s0 + w[t - 7]! + s1) & MASK);
  }
  let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  for (let t = 0; t < 80; t++) {
    const t1 = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & MASK & g)) + K[t]! + w[t]!;
    const t2 = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]!) & MASK);
}

function turn(x: bigint, by: bigint): bigint {
  return ((x >> by) | (x << (64n - by))) & MASK;
}

/** The whole part of the `degree`th root, by Newton's steps from above. */
function root(n: bigint, degree: bigint): bigint {
  let x = 1n << (BigInt(n.toString(2).length) / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * x + n / x ** (degree - 1n)) / degree;
    if (next >= x) return x;
    x = next;
  }
}

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((p) => n % p !== 0n)) found.push(n);
  return found;
}
