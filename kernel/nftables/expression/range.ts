import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Octets } from "../octets.ts";
import { ExpressionKind, NFT_REG_1, writeValue } from "./write-expression.ts";

const cmp = new ExpressionKind("cmp");
const range = new ExpressionKind("range");

const NFTA_CMP_SREG = 1;
const NFTA_CMP_OP = 2;
const NFTA_CMP_DATA = 3;
const NFT_CMP_LTE = 3;
const NFT_CMP_GTE = 5;

const NFTA_RANGE_SREG = 1;
const NFTA_RANGE_OP = 2;
const NFTA_RANGE_FROM_DATA = 3;
const NFTA_RANGE_TO_DATA = 4;
const NFT_RANGE_NEQ = 1;

/**
 * Goes on when register 1 lies between the octets, both ends inclusive (`not`: outside). As nft writes it: two
 * comparisons inside, the range expression outside.
 */
export function writeRange(w: MessageWriter, from: Octets, to: Octets, not = false): void {
  if (not) {
    range.write(w, () => {
      w.attrBe32(NFTA_RANGE_SREG, NFT_REG_1).attrBe32(NFTA_RANGE_OP, NFT_RANGE_NEQ);
      writeValue(w, NFTA_RANGE_FROM_DATA, from);
      writeValue(w, NFTA_RANGE_TO_DATA, to);
    });
    return;
  }
  const bound = (operator: number, value: Octets): void =>
    cmp.write(w, () => {
      w.attrBe32(NFTA_CMP_SREG, NFT_REG_1).attrBe32(NFTA_CMP_OP, operator);
      writeValue(w, NFTA_CMP_DATA, value);
    });
  bound(NFT_CMP_GTE, from);
  bound(NFT_CMP_LTE, to);
}
