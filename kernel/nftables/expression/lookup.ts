import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind, NFT_REG_1, NFT_REG_VERDICT } from "./write-expression.ts";

const kind = new ExpressionKind("lookup");

const NFTA_LOOKUP_SET = 1;
const NFTA_LOOKUP_SREG = 2;
const NFTA_LOOKUP_DREG = 3;
const NFTA_LOOKUP_FLAGS = 5;
const NFT_LOOKUP_F_INV = 1;

/** Goes on when the key that starts in register 1 is in the named set (`not`: when it is not). */
export function writeLookup(w: MessageWriter, set: string, not = false): void {
  kind.write(w, () => {
    w.attrText(NFTA_LOOKUP_SET, set).attrBe32(NFTA_LOOKUP_SREG, NFT_REG_1);
    if (not) w.attrBe32(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
  });
}

/** Takes the verdict that the named map holds for register 1; does not go on when it holds none. */
export function writeVerdictLookup(w: MessageWriter, map: string): void {
  kind.write(w, () => {
    w.attrText(NFTA_LOOKUP_SET, map).attrBe32(NFTA_LOOKUP_SREG, NFT_REG_1).attrBe32(NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
  });
}
