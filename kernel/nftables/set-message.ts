import type { AttributeReader } from "../netlink/attribute.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { commentOf } from "./comment.ts";
import { fieldLayout, keyOctets, keyType, registerOctets } from "./field-type.ts";
import type { FieldType, SetSpec } from "./set.ts";
import { readText, writeText } from "./userdata.ts";

/** Name of a set in a set's message (NFTA_SET_NAME). */
export const NFTA_SET_NAME = 2;
const NFTA_SET_FLAGS = 3;
const NFTA_SET_KEY_TYPE = 4;
const NFTA_SET_KEY_LEN = 5;
const NFTA_SET_DATA_TYPE = 6;
const NFTA_SET_DATA_LEN = 7;
const NFTA_SET_DESC = 9;
const NFTA_SET_ID = 10;
const NFTA_SET_USERDATA = 13;
const NFTA_SET_DESC_CONCAT = 2;
const NFTA_SET_FIELD_LEN = 1;
const NFTA_LIST_ELEM = 1;

const NFT_SET_INTERVAL = 0x4;
const NFT_SET_MAP = 0x8;
const NFT_SET_CONCAT = 0x80;
const NFT_DATA_VERDICT = 0xffffff00;
const verdictOctets = 16;

/** NFTNL_UDATA_SET_KEYBYTEORDER: lets nft read keys back the right way round. */
const UDATA_SET_KEYBYTEORDER = 0;
/** NFTNL_UDATA_SET_COMMENT: text for people. */
const UDATA_SET_COMMENT = 7;

function writeKey(w: MessageWriter, key: SetSpec["key"]): void {
  w.attrBe32(NFTA_SET_KEY_TYPE, keyType(key)).attrBe32(NFTA_SET_KEY_LEN, keyOctets(key));
}

function writeUserdata(w: MessageWriter, key: SetSpec["key"], comment?: string): void {
  // A concatenation has no one order; nft says 0 (invalid) and takes each field's own.
  const order = key.length === 1 ? fieldLayout[key[0]].byteOrder : 0;
  const mark = w.length;
  w.u16(0).u16(NFTA_SET_USERDATA).u8(UDATA_SET_KEYBYTEORDER).u8(4).u32(order);
  if (comment !== undefined) writeText(w, UDATA_SET_COMMENT, commentOf(comment));
  w.patch16(mark, w.length - mark);
  w.zeros(-w.length & 3);
}

/** Writes what a set is, behind its table and name. `id` is unique in its transaction. */
export function writeSet(w: MessageWriter, spec: SetSpec, id: number): void {
  // To a hash set a concatenation is just a longer key: only ranges need to know the fields.
  const concat = spec.interval && spec.key.length > 1;
  const flags = (spec.interval ? NFT_SET_INTERVAL : 0) | (concat ? NFT_SET_CONCAT : 0);
  w.attrBe32(NFTA_SET_FLAGS, flags);
  writeKey(w, spec.key);
  if (concat) {
    w.nest(NFTA_SET_DESC, () => {
      w.nest(NFTA_SET_DESC_CONCAT, () => {
        for (const field of spec.key) {
          w.nest(NFTA_LIST_ELEM, () => w.attrBe32(NFTA_SET_FIELD_LEN, fieldLayout[field].octets));
        }
      });
    });
  }
  w.attrBe32(NFTA_SET_ID, id);
  writeUserdata(w, spec.key, spec.comment);
}

/** Writes what a verdict map keyed by interface name is, behind its table and name. */
export function writeMap(w: MessageWriter, id: number): void {
  w.attrBe32(NFTA_SET_FLAGS, NFT_SET_MAP);
  writeKey(w, ["ifname"]);
  w.attrBe32(NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT).attrBe32(NFTA_SET_DATA_LEN, verdictOctets);
  w.attrBe32(NFTA_SET_ID, id);
  writeUserdata(w, ["ifname"]);
}

const typeByNumber = new Map(Object.entries(fieldLayout).map(([name, layout]) => [layout.type, name as FieldType]));

/** The fields that a type number stands for, or undefined when it is none of ours. */
function keyOf(type: number, octets: number): SetSpec["key"] | undefined {
  const fields: FieldType[] = [];
  for (let left = type; left > 0; left = Math.floor(left / 64)) {
    const field = typeByNumber.get(left % 64);
    if (!field) return undefined;
    fields.unshift(field);
  }
  const [first, ...rest] = fields;
  if (!first) return undefined;
  const key = [first, ...rest] as const;
  return keyOctets(key) === octets || key.reduce((sum, x) => sum + registerOctets(x), 0) === octets ? key : undefined;
}

/** What a set's message says: our kind of set, our kind of map, or something else. */
export type SetHead =
  | { readonly kind: "set"; readonly name: string; readonly spec: SetSpec }
  | { readonly kind: "map" | "foreign"; readonly name: string };

/** Reads a set's message. */
export function readSet(attributes: AttributeReader): SetHead {
  let name = "";
  let flags = 0;
  let type = 0;
  let octets = 0;
  let data = 0;
  let comment: string | undefined;
  while (attributes.next()) {
    if (attributes.type === NFTA_SET_NAME) name = attributes.text();
    else if (attributes.type === NFTA_SET_FLAGS) flags = attributes.be32();
    else if (attributes.type === NFTA_SET_KEY_TYPE) type = attributes.be32();
    else if (attributes.type === NFTA_SET_KEY_LEN) octets = attributes.be32();
    else if (attributes.type === NFTA_SET_DATA_TYPE) data = attributes.be32();
    else if (attributes.type === NFTA_SET_USERDATA) comment = readText(attributes.bytes(), UDATA_SET_COMMENT);
  }
  const key = keyOf(type, octets);
  if (flags === NFT_SET_MAP && data === NFT_DATA_VERDICT && key?.length === 1 && key[0] === "ifname") {
    return { kind: "map", name };
  }
  if (!key || (flags & ~(NFT_SET_INTERVAL | NFT_SET_CONCAT)) !== 0) return { kind: "foreign", name };
  const interval = (flags & NFT_SET_INTERVAL) !== 0;
  return { kind: "set", name, spec: { name, key, interval, ...(comment !== undefined && { comment }) } };
}
