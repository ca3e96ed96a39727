/** Offsets that dump programs write before a line: `0000`, `0x0010:`, `00000020  `. */
const offset = /^\s*(?:0x)?[0-9a-fA-F]{4,8}(?::|\s{2,}|\s(?=[0-9a-fA-F]{2}\s))\s*/;
/** What they write behind it: the same octets as characters. */
const characters = /(?:\s{2,}|\s\|).*$/;

/**
 * The octets in a line of hexadecimal text, with or without spaces or colons between, with or without an offset before and
 * characters behind; what begins with `#` is a remark. Undefined when it is no such line.
 */
export function hexLine(line: string): Uint8Array | undefined {
  const text = line.replace(/#.*$/, "");
  const plain = text.replace(/^[a-z]+ (?=[0-9a-fA-F]{38,}$)/, "").replace(/[\s:]/g, "");
  const rest = offset.test(text) ? text.replace(offset, "").replace(characters, "") : plain;
  const digits = rest.replace(/[\s:]|0x/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}
