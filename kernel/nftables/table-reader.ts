import { errno } from "../errno.ts";
import { KernelError } from "../error.ts";
import type { NetlinkClient } from "../netlink/client.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { readChain } from "./chain-message.ts";
import {
  elementKeys,
  NFTA_SET_ELEM_LIST_ELEMENTS,
  NFTA_SET_ELEM_LIST_SET,
  type RawElement,
  readElements,
} from "./element-message.ts";
import type { Verdict } from "./expression.ts";
import { familyNumber, message, NFTA_GEN_ID, NFTA_TABLE } from "./message.ts";
import type { ChainState, RuleState, SetState, TableState } from "./port.ts";
import { NFTA_RULE_CHAIN, readRule } from "./rule-message.ts";
import { readSet, type SetHead } from "./set-message.ts";
import type { TableId } from "./table.ts";

const headerOctets = 4;
const attempts = 20;

/** Reads one table out of the kernel. */
export class TableReader {
  readonly #client: NetlinkClient;
  readonly #table: TableId;

  constructor(client: NetlinkClient, table: TableId) {
    this.#client = client;
    this.#table = table;
  }

  /**
   * The whole table at one generation. Read piece by piece, so it is read again when somebody committed meanwhile.
   * @throws KernelError `kernel/interrupted` when it never held still
   */
  async dump(): Promise<{ readonly generation: number; readonly table: TableState | undefined }> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const generation = await this.generation();
      const table = await this.#read(generation).catch((error: unknown) => {
        // Something went away between two pieces.
        if (error instanceof KernelError && error.facts.errno === errno.ENOENT) return "gone" as const;
        throw error;
      });
      if (table !== "gone" && (await this.generation()) === generation) return { generation, table };
    }
    const operation = `dump table ${this.#table.family} ${this.#table.name}`;
    throw new KernelError("kernel/interrupted", `${operation}: changed under each of ${attempts} reads`, {
      operation,
      errno: 0,
    });
  }

  /** The rules of one chain or of all, by chain. */
  async rules(chain?: string): Promise<ReadonlyMap<string, readonly RuleState[]>> {
    const byChain = new Map<string, RuleState[]>();
    const filter = (w: MessageWriter): void => {
      if (chain !== undefined) w.attrText(NFTA_RULE_CHAIN, chain);
    };
    await this.#dump(message.getRule, "rules", filter, (m) => {
      const rule = readRule(m.attributes(headerOctets));
      const rules = byChain.get(rule.chain);
      if (rules) rules.push(rule);
      else byChain.set(rule.chain, [rule]);
    });
    return byChain;
  }

  /** The number of the kernel's ruleset now. */
  async generation(): Promise<number> {
    const decode = (m: Message): number | undefined => {
      const attributes = m.attributes(headerOctets);
      while (attributes.next()) if (attributes.type === NFTA_GEN_ID) return attributes.be32();
      return undefined;
    };
    const [generation] = await this.#client.get(
      message.getGeneration,
      (w) => w.u32(0),
      decode,
      "get ruleset generation",
    );
    return generation ?? 0;
  }

  async #read(generation: number): Promise<TableState | undefined> {
    if (!(await this.#exists())) return undefined;
    const hooks = new Map<string, ChainState["hook"]>();
    await this.#dump(
      message.getChain,
      "chains",
      () => {},
      (m) => {
        const { name, hook } = readChain(m.attributes(headerOctets));
        hooks.set(name, hook);
      },
    );
    const rules = await this.rules();
    const chains = new Map<string, ChainState>();
    for (const [name, hook] of hooks) {
      chains.set(name, { ...(hook && { hook }), rules: rules.get(name) ?? [] });
    }
    const heads: SetHead[] = [];
    await this.#dump(
      message.getSet,
      "sets",
      () => {},
      (m) => heads.push(readSet(m.attributes(headerOctets))),
    );
    const sets = new Map<string, SetState>();
    for (const head of heads) sets.set(head.name, await this.#set(head));
    return { generation, chains, sets };
  }

  async #set(head: SetHead): Promise<SetState> {
    if (head.kind === "foreign") return { kind: "foreign" };
    const raw: RawElement[] = [];
    const filter = (w: MessageWriter): void => {
      w.attrText(NFTA_SET_ELEM_LIST_SET, head.name);
    };
    await this.#dump(message.getElement, `elements of ${head.name}`, filter, (m) => {
      const list = m.attributes(headerOctets);
      while (list.next()) if (list.type === NFTA_SET_ELEM_LIST_ELEMENTS) readElements(list.nested(), raw);
    });
    if (head.kind === "set") return { kind: "set", spec: head.spec, keys: elementKeys(head.spec, raw) };
    const entries = new Map<string, Verdict>();
    for (const { key, verdict } of raw) if (verdict) entries.set(key.slice(0, key.indexOf("\0")), verdict);
    return { kind: "map", entries };
  }

  async #exists(): Promise<boolean> {
    try {
      await this.#client.get(
        message.getTable,
        (w) => this.#head(w),
        () => undefined,
        `get table ${this.#table.name}`,
      );
      return true;
    } catch (error) {
      if (error instanceof KernelError && error.facts.errno === errno.ENOENT) return false;
      throw error;
    }
  }

  #head(w: MessageWriter): void {
    w.u8(familyNumber[this.#table.family]).u8(0).u16(0).attrText(NFTA_TABLE, this.#table.name);
  }

  /** Dumps what is in our table; old kernels do not filter every kind by table, so we look ourselves as well. */
  async #dump(
    type: number,
    what: string,
    filter: (w: MessageWriter) => void,
    take: (m: Message) => void,
  ): Promise<void> {
    const { family, name } = this.#table;
    const body = (w: MessageWriter): void => {
      this.#head(w);
      filter(w);
    };
    const decode = (m: Message): undefined => {
      const attributes = m.attributes(headerOctets);
      if (m.u8(0) !== familyNumber[family]) return;
      if (attributes.next() && attributes.type === NFTA_TABLE && attributes.text() === name) take(m);
    };
    await this.#client.dump(type, body, decode, `dump ${what} of table ${family} ${name}`);
  }
}
