/** The fractional parts of the cube roots of the first 64 primes (FIPS 180-4 4.2.2). */
const K = Uint32Array.from(fractions(64, Math.cbrt));
/** FIPS 180-4 5.3.2. */
const START = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4] as const;

/**
 * The SHA-224 digest of some octets: 28 octets, fresh. For ids that other programs compute too, from pure code; what
 * must be fast or secret uses node:crypto.
 * Source: FIPS 180-4 6.2 and 6.3.
 */
export function sha224(octets: Uint8Array): Uint8Array {
  const state = Uint32Array.from(START);
  const padded = new Uint8Array((((octets.length + 8) >>> 6) + 1) << 6);
  padded.set(octets);
  padded[octets.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(octets.length / 2 ** 29));
  view.setUint32(padded.length - 4, octets.length << 3);
  const w = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) compress(state, view, block, w);
  const out = new DataView(new ArrayBuffer(28));
  for (let i = 0; i < 7; i++) out.setUint32(i * 4, state[i]!);
  return new Uint8Array(out.buffer);
}

function compress(state: Uint32Array, view: DataView, block: number, w: Uint32Array): void {
  for (let t = 0; t < 16; t++) w[t] = view.getUint32(block + t * 4);
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const sums = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = state[i]! + sums[i]!;
}

function turn(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by));
}

/** The first 32 bits of the fractional part of `root` of each of the first `count` primes. */
function fractions(count: number, root: (n: number) => number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    if (prime(n)) found.push(Math.floor((root(n) % 1) * 2 ** 32));
  }
  return found;
}

function prime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}
