import type { Family } from "../../net/family.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../nfnetlink/header.ts";
import { InvalidRuleset } from "./error.ts";
import { writeCmp } from "./expression/cmp.ts";
import { metaKey, writeMeta } from "./expression/meta.ts";
import { octet } from "./octets.ts";
import type { TableFamily } from "./table.ts";

/**
 * What is known of a packet at one point of a rule, so that each match asks only what is not yet known: the address of an
 * IPv4 header means nothing before we know that it is one. As nft does, and nft hides these questions when it prints.
 */
export class RuleContext {
  readonly w: MessageWriter;
  readonly family: TableFamily;
  #network: Family | undefined;
  #transport: number | undefined;

  constructor(w: MessageWriter, family: TableFamily) {
    this.w = w;
    this.family = family;
    this.#network = family === "inet" ? undefined : family === "ip" ? "ipv4" : "ipv6";
  }

  /** Makes sure the packet is of the family. @throws InvalidRuleset in a table of the other family */
  needFamily(family: Family, what: string): void {
    if (this.#network === family) return;
    if (this.#network !== undefined) {
      throw new InvalidRuleset(what, family, `of ${this.#network}, which this rule or table is about`);
    }
    writeMeta(this.w, metaKey.nfproto);
    writeCmp(this.w, octet(family === "ipv4" ? NFPROTO_IPV4 : NFPROTO_IPV6));
    this.#network = family;
  }

  /** Makes sure the packet is of the transport protocol. @throws InvalidRuleset when the rule has asked for another */
  needProtocol(protocol: number, what: string): void {
    if (this.#transport === protocol) return;
    if (this.#transport !== undefined) {
      throw new InvalidRuleset(what, String(protocol), `of protocol ${this.#transport}, which this rule is about`);
    }
    writeMeta(this.w, metaKey.l4proto);
    writeCmp(this.w, octet(protocol));
    this.#transport = protocol;
  }
}
