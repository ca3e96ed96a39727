import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Octets } from "../octets.ts";
import { ExpressionKind, NFT_REG_1, writeValue } from "./write-expression.ts";

const kind = new ExpressionKind("cmp");

const NFTA_CMP_SREG = 1;
const NFTA_CMP_OP = 2;
const NFTA_CMP_DATA = 3;

const NFT_CMP_EQ = 0;
const NFT_CMP_NEQ = 1;

/** Goes on when register 1 begins with the octets (`not`: when it does not). */
export function writeCmp(w: MessageWriter, value: Octets, not = false): void {
  kind.write(w, () => {
    w.attrBe32(NFTA_CMP_SREG, NFT_REG_1).attrBe32(NFTA_CMP_OP, not ? NFT_CMP_NEQ : NFT_CMP_EQ);
    writeValue(w, NFTA_CMP_DATA, value);
  });
}
