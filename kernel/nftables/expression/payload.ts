import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind, Phrasebook } from "./write-expression.ts";

const kind = new ExpressionKind("payload");
const phrases = new Phrasebook();

const NFTA_PAYLOAD_DREG = 1;
const NFTA_PAYLOAD_BASE = 2;
const NFTA_PAYLOAD_OFFSET = 3;
const NFTA_PAYLOAD_LEN = 4;

/** Offsets count from the start of the IP header (NFT_PAYLOAD_NETWORK_HEADER). */
export const NFT_PAYLOAD_NETWORK_HEADER = 1;
/** Offsets count from the start of the transport header; does not match later fragments (NFT_PAYLOAD_TRANSPORT_HEADER). */
export const NFT_PAYLOAD_TRANSPORT_HEADER = 2;

/** Loads octets of the packet into a register. */
export function writePayload(w: MessageWriter, register: number, base: number, offset: number, octets: number): void {
  phrases.write(w, ((register * 4 + base) * 64 + offset) * 64 + octets, (own) =>
    kind.write(own, () => {
      own.attrBe32(NFTA_PAYLOAD_DREG, register).attrBe32(NFTA_PAYLOAD_BASE, base);
      own.attrBe32(NFTA_PAYLOAD_OFFSET, offset).attrBe32(NFTA_PAYLOAD_LEN, octets);
    }),
  );
}
