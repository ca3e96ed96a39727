import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Match } from "../expression.ts";
import { ExpressionKind } from "./write-expression.ts";

const kind = new ExpressionKind("limit");

const NFTA_LIMIT_RATE = 1;
const NFTA_LIMIT_UNIT = 2;
const NFTA_LIMIT_BURST = 3;
const NFTA_LIMIT_TYPE = 4;
const NFTA_LIMIT_FLAGS = 5;
const NFT_LIMIT_PKTS = 0;
const NFT_LIMIT_F_INV = 1;

const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** Goes on for as many packets as the rate allows (`over`: for those beyond it). */
export function writeLimit(w: MessageWriter, limit: Extract<Match, { readonly kind: "limit" }>): void {
  kind.write(w, () => {
    w.attrBe64(NFTA_LIMIT_RATE, BigInt(limit.rate)).attrBe64(NFTA_LIMIT_UNIT, BigInt(seconds[limit.per]));
    w.attrBe32(NFTA_LIMIT_BURST, limit.burst).attrBe32(NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS);
    w.attrBe32(NFTA_LIMIT_FLAGS, limit.over ? NFT_LIMIT_F_INV : 0);
  });
}
