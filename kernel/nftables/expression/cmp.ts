import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Octets } from "../octets.ts";
import { ExpressionKind, NFT_REG_1, Phrasebook, writeValue } from "./write-expression.ts";

const kind = new ExpressionKind("cmp");
const octetPhrases = new Phrasebook();

const NFTA_CMP_SREG = 1;
const NFTA_CMP_OP = 2;
const NFTA_CMP_DATA = 3;

const NFT_CMP_EQ = 0;
const NFT_CMP_NEQ = 1;

/** Goes on when register 1 begins with the octets (`not`: when it does not). */
export function writeCmp(w: MessageWriter, value: Octets, not = false): void {
  const body = (to: MessageWriter): void => {
    to.attrBe32(NFTA_CMP_SREG, NFT_REG_1).attrBe32(NFTA_CMP_OP, not ? NFT_CMP_NEQ : NFT_CMP_EQ);
    writeValue(to, NFTA_CMP_DATA, value);
  };
  // Single octets are protocols and families: the same few over and over.
  if (value.length !== 1) kind.write(w, () => body(w));
  else octetPhrases.write(w, value.charCodeAt(0) * 2 + Number(not), (own) => kind.write(own, () => body(own)));
}
