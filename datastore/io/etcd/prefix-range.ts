/** The octets of a key. */
export function keyOctets(key: string): Buffer {
  return Buffer.from(key, "utf8");
}

/** The first key after everything that starts with `prefix`, as etcd's `range_end`; a zero octet for "to the end". */
export function prefixEnd(prefix: string): Buffer {
  const end = keyOctets(prefix);
  let last = end.length - 1;
  while (last >= 0 && end[last] === 0xff) last--;
  if (last < 0) return Buffer.from([0]);
  end[last] = end[last]! + 1;
  return end.subarray(0, last + 1);
}

/** The range that holds everything under a prefix; the empty prefix means every key. */
export function prefixRange(prefix: string): { readonly key: Buffer; readonly rangeEnd: Buffer } {
  return prefix === ""
    ? { key: Buffer.from([0]), rangeEnd: Buffer.from([0]) }
    : { key: keyOctets(prefix), rangeEnd: prefixEnd(prefix) };
}

/** The smallest key after `key`. */
export function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}
