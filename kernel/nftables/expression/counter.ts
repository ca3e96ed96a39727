import type { AttributeReader } from "../../netlink/attribute.ts";
import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind, NFTA_LIST_ELEM, Phrasebook } from "./write-expression.ts";

const kind = new ExpressionKind("counter");
const phrases = new Phrasebook();

const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_COUNTER_BYTES = 1;
const NFTA_COUNTER_PACKETS = 2;

/** What a rule's counter stands at. Beyond 2^53 the last digits are lost. */
export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** Counts what passes, from zero. */
export function writeCounter(w: MessageWriter): void {
  phrases.write(w, 0, (own) => kind.write(own, () => {}));
}

/** The first counter among a rule's expressions (the payload of NFTA_RULE_EXPRESSIONS), or undefined. */
export function readCounter(expressions: AttributeReader): Count | undefined {
  while (expressions.next()) {
    if (expressions.type !== NFTA_LIST_ELEM) continue;
    const expression = expressions.nested();
    let name = "";
    while (expression.next()) {
      if (expression.type === NFTA_EXPR_NAME) {
        // The first letters tell it apart from cmp and ct, and save decoding every name of every rule.
        const octets = expression.bytes();
        name = octets.length === 8 && octets[0] === 0x63 && octets[1] === 0x6f ? "counter" : "";
      } else if (expression.type === NFTA_EXPR_DATA && name === "counter") return readCount(expression.nested());
    }
  }
  return undefined;
}

function readCount(data: AttributeReader): Count {
  let packets = 0;
  let bytes = 0;
  while (data.next()) {
    if (data.type === NFTA_COUNTER_PACKETS) packets = Number(data.be64());
    else if (data.type === NFTA_COUNTER_BYTES) bytes = Number(data.be64());
  }
  return { packets, bytes };
}
