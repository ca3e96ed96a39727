import type { MessageWriter } from "../../netlink/message-writer.ts";
import { ExpressionKind, NFT_REG_1, Phrasebook } from "./write-expression.ts";

const kind = new ExpressionKind("meta");
const loads = new Phrasebook();

const NFTA_META_DREG = 1;
const NFTA_META_KEY = 2;
const NFTA_META_SREG = 3;

/** What the kernel knows of a packet beside its octets (enum nft_meta_keys). */
export const metaKey = { mark: 3, iifname: 6, oifname: 7, nfproto: 15, l4proto: 16 } as const;

/** Loads a fact about the packet into a register. */
export function writeMeta(w: MessageWriter, key: number, register = NFT_REG_1): void {
  loads.write(w, key * 32 + register, (own) =>
    kind.write(own, () => own.attrBe32(NFTA_META_DREG, register).attrBe32(NFTA_META_KEY, key)),
  );
}

/** Sets a fact about the packet from register 1. */
export function writeMetaSet(w: MessageWriter, key: number): void {
  kind.write(w, () => w.attrBe32(NFTA_META_KEY, key).attrBe32(NFTA_META_SREG, NFT_REG_1));
}
