import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind } from "./write-expression.ts";

const kind = new ExpressionKind("connlimit");

const NFTA_CONNLIMIT_COUNT = 1;
const NFTA_CONNLIMIT_FLAGS = 2;
const NFT_CONNLIMIT_F_INV = 1;

/** Goes on while at most so many connections that came here live (`over`: when there are more). */
export function writeConnlimit(w: MessageWriter, connections: number, over = false): void {
  kind.write(w, () => {
    w.attrBe32(NFTA_CONNLIMIT_COUNT, connections).attrBe32(NFTA_CONNLIMIT_FLAGS, over ? NFT_CONNLIMIT_F_INV : 0);
  });
}
