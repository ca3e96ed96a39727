import type { MessageWriter } from "../../netlink/message-writer.ts";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../../nfnetlink/header.ts";
import type { Statement } from "../expression.ts";
import { addressOctets, word16 } from "../octets.ts";
import { writeImmediate } from "./immediate.ts";
import { ExpressionKind, NFT_REG_1, NFT_REG_2, NFT_REG_3 } from "./write-expression.ts";

const nat = new ExpressionKind("nat");
const masq = new ExpressionKind("masq");

const NFTA_NAT_TYPE = 1;
const NFTA_NAT_FAMILY = 2;
const NFTA_NAT_REG_ADDR_MIN = 3;
const NFTA_NAT_REG_PROTO_MIN = 5;
const NFTA_NAT_REG_PROTO_MAX = 6;
const NFTA_NAT_FLAGS = 7;
const NFT_NAT_SNAT = 0;
const NFT_NAT_DNAT = 1;

const NFTA_MASQ_FLAGS = 1;
const NFTA_MASQ_REG_PROTO_MIN = 2;
const NFTA_MASQ_REG_PROTO_MAX = 3;

/** linux/netfilter/nf_nat.h NF_NAT_RANGE_*. */
const NF_NAT_RANGE_PROTO_SPECIFIED = 1 << 1;
const NF_NAT_RANGE_PROTO_RANDOM_FULLY = 1 << 4;

type Nat = Extract<Statement, { readonly kind: "snat" | "dnat" }>;
type Masquerade = Extract<Statement, { readonly kind: "masquerade" }>;

function flags(statement: Nat | Masquerade): number {
  const ports = statement.ports ? NF_NAT_RANGE_PROTO_SPECIFIED : 0;
  return ports | (statement.fullyRandom ? NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0);
}

/** Loads the ports into registers 2 and 3; one port only into register 2. */
function loadPorts(w: MessageWriter, ports: { readonly from: number; readonly to: number }): void {
  writeImmediate(w, NFT_REG_2, word16(ports.from));
  if (ports.to !== ports.from) writeImmediate(w, NFT_REG_3, word16(ports.to));
}

/** Rewrites the packet's source or destination. */
export function writeNat(w: MessageWriter, statement: Nat): void {
  const { ports } = statement;
  writeImmediate(w, NFT_REG_1, addressOctets(statement.to));
  if (ports) loadPorts(w, ports);
  nat.write(w, () => {
    w.attrBe32(NFTA_NAT_TYPE, statement.kind === "snat" ? NFT_NAT_SNAT : NFT_NAT_DNAT);
    w.attrBe32(NFTA_NAT_FAMILY, statement.to.family === "ipv4" ? NFPROTO_IPV4 : NFPROTO_IPV6);
    w.attrBe32(NFTA_NAT_REG_ADDR_MIN, NFT_REG_1);
    if (ports) w.attrBe32(NFTA_NAT_REG_PROTO_MIN, NFT_REG_2);
    if (ports && ports.to !== ports.from) w.attrBe32(NFTA_NAT_REG_PROTO_MAX, NFT_REG_3);
    if (flags(statement) !== 0) w.attrBe32(NFTA_NAT_FLAGS, flags(statement));
  });
}

/** Rewrites the packet's source to an address of the interface it leaves by. */
export function writeMasquerade(w: MessageWriter, statement: Masquerade): void {
  const { ports } = statement;
  if (ports) loadPorts(w, ports);
  masq.write(w, () => {
    if (flags(statement) !== 0) w.attrBe32(NFTA_MASQ_FLAGS, flags(statement));
    if (ports) w.attrBe32(NFTA_MASQ_REG_PROTO_MIN, NFT_REG_2);
    if (ports && ports.to !== ports.from) w.attrBe32(NFTA_MASQ_REG_PROTO_MAX, NFT_REG_3);
  });
}
