import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind, NFT_REG_1 } from "./write-expression.ts";

const kind = new ExpressionKind("fib");

const NFTA_FIB_DREG = 1;
const NFTA_FIB_RESULT = 2;
const NFTA_FIB_FLAGS = 3;

/** What to look up and how (enum nft_fib_flags). */
export const fibFlag = { saddr: 1, daddr: 2, mark: 4, iif: 8 } as const;
/** Answer with the index of the interface the route leaves by, 0 when there is no such route (NFT_FIB_RESULT_OIF). */
export const NFT_FIB_RESULT_OIF = 1;
/** Answer with the type of the address, RTN_* (NFT_FIB_RESULT_ADDRTYPE). */
export const NFT_FIB_RESULT_ADDRTYPE = 3;
/** RTN_* of linux/rtnetlink.h. */
export const routeType = { unicast: 1, local: 2, broadcast: 3, multicast: 5 } as const;

/** Asks the routing table and puts the answer into register 1, host-endian. */
export function writeFib(w: MessageWriter, result: number, flags: number): void {
  kind.write(w, () => {
    w.attrBe32(NFTA_FIB_DREG, NFT_REG_1).attrBe32(NFTA_FIB_RESULT, result).attrBe32(NFTA_FIB_FLAGS, flags);
  });
}
