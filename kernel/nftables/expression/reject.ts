import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { TableFamily } from "../table.ts";
import { ExpressionKind } from "./write-expression.ts";

const kind = new ExpressionKind("reject");

const NFTA_REJECT_TYPE = 1;
const NFTA_REJECT_ICMP_CODE = 2;
const NFT_REJECT_ICMP_UNREACH = 0;
const NFT_REJECT_TCP_RST = 1;
const NFT_REJECT_ICMPX_UNREACH = 2;

/** The code of each reason: ICMP (RFC 792, RFC 1812 5.2.7.1), ICMPv6 (RFC 4443 3.1), and nftables' own for both at once. */
const codes = {
  "port-unreachable": { ip: 3, ip6: 4, inet: 1 },
  "admin-prohibited": { ip: 13, ip6: 1, inet: 3 },
} as const satisfies Record<string, Record<TableFamily, number>>;

/** Drops the packet and tells its sender. */
export function writeReject(w: MessageWriter, family: TableFamily, how: keyof typeof codes | "tcp reset"): void {
  kind.write(w, () => {
    if (how === "tcp reset") {
      w.attrBe32(NFTA_REJECT_TYPE, NFT_REJECT_TCP_RST);
      return;
    }
    w.attrBe32(NFTA_REJECT_TYPE, family === "inet" ? NFT_REJECT_ICMPX_UNREACH : NFT_REJECT_ICMP_UNREACH);
    w.attrU8(NFTA_REJECT_ICMP_CODE, codes[how][family]);
  });
}
