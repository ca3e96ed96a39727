import { errno } from "../errno.ts";
import { KernelError, syscallFailed } from "../error.ts";
import { hostIsLittleEndian, NETLINK_ROUTE } from "../netlink/header.ts";
import type { NetlinkListener, NetlinkOptions, NetlinkSocket, OpenNetlink } from "../netlink/socket.ts";
import { addon, check, READABLE, type Watch } from "./addon.ts";
import { withNetns } from "./netns.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

const receiveRoom = 1 << 20;
const sendBuffer = 8 << 20;
const defaultReceiveBuffer = 8 << 20;

/** One buffer for all sockets: a datagram is handed over and done with before the next is read. */
let room: Uint8Array | undefined;

/** A netlink socket of Linux. */
class LinuxNetlinkSocket implements NetlinkSocket {
  readonly port: number;
  readonly #fd: number;
  readonly #listener: NetlinkListener;
  readonly #error = new Int32Array(1);
  readonly #watch: Watch;
  #closed = false;

  constructor(fd: number, port: number, listener: NetlinkListener) {
    this.port = port;
    this.#fd = fd;
    this.#listener = listener;
    const watched = addon().watch(fd, READABLE, (events) => this.#ready(events));
    if (typeof watched === "number") {
      addon().close(fd);
      throw syscallFailed("watch netlink socket", -watched);
    }
    this.#watch = watched;
  }

  send(octets: Uint8Array): void {
    if (this.#closed) {
      throw new KernelError("kernel/closed", "the netlink socket is closed", { operation: "send", errno: 0 });
    }
    check("send to netlink", addon().send(this.#fd, octets));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    addon().unwatch(this.#watch);
    addon().close(this.#fd);
  }

  #ready(events: number): void {
    if (this.#closed) return;
    room ??= new Uint8Array(receiveRoom);
    const received = events < 0 ? events : addon().receive(this.#fd, room, this.#error);
    const failure = received < 0 ? -received : this.#error[0]!;
    if (received > 0) this.#listener.received(room.subarray(0, received));
    if (this.#closed) return;
    // A datagram cut short (EMSGSIZE) is as lost as one the kernel had no room for.
    if (failure === errno.ENOBUFS || failure === errno.EMSGSIZE) this.#listener.overrun();
    else if (failure !== 0) this.#fail(failure);
  }

  #fail(number: number): void {
    this.close();
    this.#listener.failed(syscallFailed("receive from netlink", number));
  }
}

/** Opens a netlink socket of Linux, in another network namespace if asked; needs CAP_NET_ADMIN (and CAP_SYS_ADMIN there). */
export const openNetlink: OpenNetlink = (options, listener) => {
  const fd = withNetns(options.netns, (netns) =>
    check("open netlink socket", addon().socket(AF_NETLINK, SOCK_RAW, options.protocol, netns)),
  );
  let port: number;
  try {
    port = configure(fd, options);
  } catch (error) {
    addon().close(fd);
    throw error;
  }
  return new LinuxNetlinkSocket(fd, port, listener);
};

/** Sets the options, binds, joins the groups. Answers the port id that the kernel chose. */
function configure(fd: number, options: NetlinkOptions): number {
  const option = (what: string, level: number, name: number, value: number): void => {
    const octets = new Uint8Array(Int32Array.of(value).buffer);
    check(`set ${what} of netlink socket`, addon().setsockopt(fd, level, name, octets));
  };
  option("SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE, options.receiveBuffer ?? defaultReceiveBuffer);
  option("SO_SNDBUFFORCE", SOL_SOCKET, SO_SNDBUFFORCE, sendBuffer);
  option("NETLINK_CAP_ACK", SOL_NETLINK, NETLINK_CAP_ACK, 1);
  option("NETLINK_EXT_ACK", SOL_NETLINK, NETLINK_EXT_ACK, 1);
  if (options.strict ?? options.protocol === NETLINK_ROUTE) {
    option("NETLINK_GET_STRICT_CHK", SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
  }
  if (options.ignorePort !== undefined) {
    check("filter netlink socket", addon().filter(fd, dropPort(options.ignorePort)));
  }
  // struct sockaddr_nl: family u16, pad u16, port id u32, groups u32
  const address = new Uint8Array(12);
  new Uint16Array(address.buffer)[0] = AF_NETLINK;
  check("bind netlink socket", addon().bind(fd, address));
  for (const group of options.groups ?? []) {
    option(`membership of group ${group}`, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  }
  check("name netlink socket", addon().getsockname(fd, address));
  return new Uint32Array(address.buffer)[1]!;
}

/**
 * The classic BPF program (linux/filter.h) that drops messages whose header names this port. The machine loads words in
 * network order; netlink wrote it in ours.
 */
function dropPort(port: number): Uint8Array {
  const asLoaded = new DataView(Uint32Array.of(port).buffer).getUint32(0);
  const program = new Uint8Array(32);
  const view = new DataView(program.buffer);
  const instruction = (at: number, code: number, jumpTrue: number, jumpFalse: number, operand: number): void => {
    view.setUint16(at * 8, code, hostIsLittleEndian);
    view.setUint8(at * 8 + 2, jumpTrue);
    view.setUint8(at * 8 + 3, jumpFalse);
    view.setUint32(at * 8 + 4, operand, hostIsLittleEndian);
  };
  instruction(0, 0x20, 0, 0, 12); // BPF_LD | BPF_W | BPF_ABS: nlmsg_pid
  instruction(1, 0x15, 0, 1, asLoaded); // BPF_JMP | BPF_JEQ | BPF_K
  instruction(2, 0x06, 0, 0, 0); // BPF_RET | BPF_K: drop
  instruction(3, 0x06, 0, 0, 0xffffffff); // keep
  return program;
}
