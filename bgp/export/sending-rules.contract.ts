import { attributeCode, messageType } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";

const multiprotocol: readonly number[] = [attributeCode.mpReach, attributeCode.mpUnreach];

/**
 * What an UPDATE does that RFC 7606 5.1 and RFC 4271 5 tell senders not to do, or undefined: two kinds of prefixes in one
 * message, a multiprotocol attribute that is not the first, others that do not ascend, or lengths that do not add up.
 */
export function sendingFlaw(message: Uint8Array): string | undefined {
  const u16 = (at: number): number => (message[at]! << 8) | message[at + 1]!;
  if (message[18] !== messageType.update) return `type ${message[18]}`;
  if (u16(16) !== message.length) return `length ${u16(16)} of ${message.length}`;
  const withdrawn = u16(HEADER_LENGTH);
  const start = HEADER_LENGTH + 2 + withdrawn + 2;
  const end = start + u16(start - 2);
  const codes: number[] = [];
  for (let at = start; at < end; ) {
    codes.push(message[at + 1]!);
    at += message[at]! & 0x10 ? 4 + u16(at + 2) : 3 + message[at + 2]!;
    if (at > end) return "attributes run over";
  }
  const [first] = codes;
  const kinds = [withdrawn > 0, end < message.length, ...multiprotocol.map((code) => codes.includes(code))];
  if (kinds.filter(Boolean).length > 1) return `two kinds of prefixes, attributes ${codes.join()}`;
  const rest = first !== undefined && multiprotocol.includes(first) ? codes.slice(1) : codes;
  if (rest.some((code) => multiprotocol.includes(code))) return `MP attribute not in front: ${codes.join()}`;
  if (rest.some((code, i) => i > 0 && code <= rest[i - 1]!)) return `codes do not ascend: ${codes.join()}`;
  return undefined;
}

/** The messages that stand one after the other in `octets`. */
export function* messagesIn(octets: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; ) {
    const length = (octets[at + 16]! << 8) | octets[at + 17]!;
    yield octets.subarray(at, at + length);
    at += length;
  }
}
