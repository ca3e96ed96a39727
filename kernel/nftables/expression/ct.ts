import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { CtState } from "../expression.ts";
import { ExpressionKind, NFT_REG_1, Phrasebook } from "./write-expression.ts";

const ct = new ExpressionKind("ct");
const loads = new Phrasebook();
const untrack = new ExpressionKind("notrack");

const NFTA_CT_DREG = 1;
const NFTA_CT_KEY = 2;

/** What conntrack knows of a packet's connection (enum nft_ct_keys). */
export const ctKey = { state: 0, status: 2 } as const;

/** Bits of `ct state` (NF_CT_STATE_BIT, NF_CT_STATE_INVALID_BIT in linux/netfilter/nf_conntrack_common.h). */
export const ctStateBit: { readonly [S in CtState]: number } = {
  invalid: 1,
  established: 2,
  related: 4,
  new: 8,
  untracked: 64,
};

/** Bits of `ct status`: IPS_SRC_NAT and IPS_DST_NAT. */
export const ctStatusBit = { snat: 16, dnat: 32 } as const;

/** Loads a fact about the connection into register 1, host-endian. */
export function writeCt(w: MessageWriter, key: number): void {
  loads.write(w, key, (own) => ct.write(own, () => own.attrBe32(NFTA_CT_KEY, key).attrBe32(NFTA_CT_DREG, NFT_REG_1)));
}

/** Keeps conntrack away from the packet. */
export function writeNotrack(w: MessageWriter): void {
  untrack.writeBare(w);
}
