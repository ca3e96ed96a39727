import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Octets } from "../octets.ts";
import { ExpressionKind, NFT_REG_1, writeValue } from "./write-expression.ts";

const kind = new ExpressionKind("bitwise");

const NFTA_BITWISE_SREG = 1;
const NFTA_BITWISE_DREG = 2;
const NFTA_BITWISE_LEN = 3;
const NFTA_BITWISE_MASK = 4;
const NFTA_BITWISE_XOR = 5;

/** Register 1 becomes `(register 1 & mask) ^ flip`; both as long as each other. */
export function writeBitwise(w: MessageWriter, mask: Octets, flip: Octets = "\0".repeat(mask.length)): void {
  kind.write(w, () => {
    w.attrBe32(NFTA_BITWISE_SREG, NFT_REG_1).attrBe32(NFTA_BITWISE_DREG, NFT_REG_1);
    w.attrBe32(NFTA_BITWISE_LEN, mask.length);
    writeValue(w, NFTA_BITWISE_MASK, mask);
    writeValue(w, NFTA_BITWISE_XOR, flip);
  });
}
