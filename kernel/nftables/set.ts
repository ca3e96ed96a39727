/** The kinds of value a set's key is made of, as nft names them. */
export type FieldType = "ipv4_addr" | "ipv6_addr" | "inet_proto" | "inet_service" | "ifname" | "mark";

/**
 * What a named set is, without its elements. `key` lists the fields of the key, several for a concatenation. With
 * `interval` the first field may be a prefix or a range; without, elements are exact, which makes a hash set: the faster one.
 * Of all this nothing can change while a set lives; a set wanted with another key is replaced together with every rule that looks
 * into it.
 */
export interface SetSpec {
  /** Unique among the sets and maps of its table; at most 127 printable ASCII characters without quotes or blanks. */
  readonly name: string;
  readonly key: readonly [FieldType, ...FieldType[]];
  readonly interval?: boolean;
  /**
   * What it is about, in words; `nft` prints it, cut and changed as a rule's name is (`commentOf`). A set that is there already keeps
   * the one it was made with.
   */
  readonly comment?: string;
}

/**
 * An element as nft writes it: `10.0.0.1`, `10.0.0.0/8`, `80-90`, `cali123`, fields of a concatenation joined by ` . `
 * (`10.0.0.1 . tcp . 80`). Protocols may be names or numbers.
 */
export type ElementText = string;

/** A named set with everything that should be in it; order and repetition of the elements mean nothing. */
export interface NamedSet extends SetSpec {
  readonly elements: Iterable<ElementText>;
}
