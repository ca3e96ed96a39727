import { errno } from "../errno.ts";
import { KernelError, malformed } from "../error.ts";
import { NLA_F_NET_BYTEORDER } from "../netlink/attribute.ts";
import { NetlinkClient } from "../netlink/client.ts";
import { NETLINK_NETFILTER } from "../netlink/header.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import type { OpenNetlink } from "../netlink/socket.ts";
import { NFGENMSG_LEN, NFPROTO_IPV4 } from "../nfnetlink/header.ts";
import { readHeader, readMembers } from "./list-message.ts";
import type { MemberKey } from "./member.ts";
import {
  IPSET_ATTR_FLAGS,
  IPSET_ATTR_PROTOCOL,
  IPSET_ATTR_PROTOCOL_MIN,
  IPSET_ATTR_SETNAME,
  IPSET_FLAG_LIST_HEADER,
  message,
  protocolVersion,
} from "./message.ts";
import { acknowledge, writeMembers, writeOperation } from "./operation-message.ts";
import { OperationSocket } from "./operation-socket.ts";
import type { IpsetHeader, IpsetOperation, IpsetPort, IpsetRefusal } from "./port.ts";
import type { IpsetSpec } from "./set.ts";

/** What is sent at once: some 10,000 members, a few milliseconds of the kernel's time, during which we stand still. */
const octetsAtOnce = 256 << 10;

/** The sets of a running kernel, over nfnetlink: one socket changes, one reads. */
export class NfnetlinkIpsets implements IpsetPort {
  readonly #client: NetlinkClient;
  readonly #socket: OperationSocket;
  readonly #writer = new MessageWriter(octetsAtOnce * 2);
  #last: Promise<unknown> = Promise.resolve();
  #checked = false;

  /** The sets of the network namespace at the path, or of ours. @throws KernelError when no socket can be had */
  constructor(open: OpenNetlink, netns?: string) {
    const options = { protocol: NETLINK_NETFILTER, ...(netns !== undefined && { netns }) };
    this.#client = new NetlinkClient(open, { ...options, receiveBuffer: 32 << 20 });
    this.#socket = new OperationSocket(open, options);
  }

  execute(operations: readonly IpsetOperation[]): Promise<readonly IpsetRefusal[]> {
    const done = this.#last.then(() => this.#execute(operations));
    this.#last = done.catch(() => {});
    return done;
  }

  async headers(): Promise<readonly IpsetHeader[]> {
    await this.#check();
    const flags = IPSET_ATTR_FLAGS | NLA_F_NET_BYTEORDER;
    return this.#client.dump(
      message.list,
      (w) => this.#begin(w).attrBe32(flags, IPSET_FLAG_LIST_HEADER),
      readHeader,
      "the list of ipsets",
    );
  }

  async members(set: IpsetSpec): Promise<readonly MemberKey[]> {
    await this.#check();
    const keys: MemberKey[] = [];
    try {
      await this.#client.dump(
        message.list,
        (w) => this.#begin(w).attrText(IPSET_ATTR_SETNAME, set.name),
        (m) => readMembers(m, set, (key) => keys.push(key)),
        `the members of ipset ${set.name}`,
      );
    } catch (error) {
      if (error instanceof KernelError && error.facts.errno === errno.ENOENT) return [];
      throw error;
    }
    return keys;
  }

  close(): void {
    this.#client.close();
    this.#socket.close();
  }

  /** The nfgenmsg of a request whose header stands already, and the protocol. */
  #begin(w: MessageWriter): MessageWriter {
    return w.u8(NFPROTO_IPV4).u8(0).be16(0).attrU8(IPSET_ATTR_PROTOCOL, protocolVersion);
  }

  /** Whether the kernel speaks our version; asked once. @throws KernelError `kernel/refused` */
  async #check(): Promise<void> {
    if (this.#checked) return;
    const versions = await this.#client.get(
      message.protocol,
      (w) => this.#begin(w),
      (m) => {
        const row = m.attributes(NFGENMSG_LEN);
        let most = 0;
        let least: number | undefined;
        while (row.next()) {
          if (row.type === IPSET_ATTR_PROTOCOL) most = row.u8();
          else if (row.type === IPSET_ATTR_PROTOCOL_MIN) least = row.u8();
        }
        return { most, least: least ?? most };
      },
      "the version of ipset's protocol",
    );
    const { most, least } = versions[0] ?? { most: 0, least: 0 };
    if (most < protocolVersion || least > protocolVersion) {
      const what = `the kernel speaks versions ${least} to ${most} of ipset's protocol, and not ${protocolVersion}`;
      throw new KernelError("kernel/refused", what, { operation: "ipset protocol", errno: errno.EPROTONOSUPPORT });
    }
    this.#checked = true;
  }

  async #execute(operations: readonly IpsetOperation[]): Promise<readonly IpsetRefusal[]> {
    await this.#check();
    const refusals: IpsetRefusal[] = [];
    /** Of the messages written and not yet sent, the operation that each is of, and whether it may name a member. */
    let owners: number[] = [];
    const w = this.#writer.reset();
    let first = this.#socket.nextSequence;
    const send = async (): Promise<void> => {
      if (owners.length === 0) return;
      acknowledge(w);
      const sent = owners;
      owners = [];
      for (const { message: index, errno: number, line } of await this.#socket.send(w.view(), first, sent.length)) {
        const operation = sent[index];
        if (operation === undefined) throw malformed(`an answer to message ${index} of ${sent.length}`);
        const key = "keys" in operations[operation]! ? (line ?? 0) : -1;
        refusals.push({ operation, key, errno: number });
      }
      w.reset();
      first = this.#socket.nextSequence;
    };
    for (const [index, operation] of operations.entries()) {
      if (operation.kind !== "add" && operation.kind !== "delete") {
        writeOperation(w, first + owners.length, operation);
        owners.push(index);
        if (w.length > octetsAtOnce) await send();
        continue;
      }
      // What stands behind a refused member waits until the caller knows of it: members keep their order.
      for (let at = 0; at < operation.keys.length && refusals.at(-1)?.operation !== index; ) {
        at = writeMembers(w, first + owners.length, operation, at);
        owners.push(index);
        if (w.length > octetsAtOnce) await send();
      }
    }
    await send();
    return refusals;
  }
}
