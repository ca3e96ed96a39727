import { Socket } from "node:net";
import type { Cancel } from "../../lib/clock.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { hostPrefix, type Prefix } from "../../net/prefix.ts";
import { errno } from "../errno.ts";
import { KernelError, syscallFailed } from "../error.ts";
import type { TcpDial, TcpOptions } from "../tcp.ts";
import {
  encodeSockaddr,
  hostInt,
  md5Option,
  socketNumbers as n,
  type SocketOption,
  tcpOptions,
} from "../tcp-options.ts";
import { addon, check, WRITABLE } from "./addon.ts";
import { withNetns } from "./netns.ts";

/** How a call went: exactly one of the two, never within `dial` itself, and none after it was given up. */
export interface TcpDialListener {
  /** The socket is connected and not yet reading. */
  onConnect(socket: Socket): void;
  onFail(error: KernelError): void;
}

/**
 * Calls a peer with every option set before the first SYN leaves, and hands the connected descriptor to node:net. (A
 * `net.Socket` given an unconnected descriptor quietly makes another, without key and TTL.) The answer gives the call up.
 */
export function dialTcp(options: TcpDial, listener: TcpDialListener): Cancel {
  const { address, port, ifindex } = options.remote;
  const operation = `connect to ${formatAddress(address)} port ${port}`;
  let givenUp = false;
  let abandon: Cancel = () => {};
  try {
    const fd = openTcp(address, options.netns);
    try {
      prepare(fd, options);
      const result = addon().connect(fd, encodeSockaddr(address, port, ifindex));
      if (result !== 0 && result !== -errno.EINPROGRESS) throw syscallFailed(operation, -result);
      abandon = awaitConnection(fd, operation, listener);
    } catch (error) {
      addon().close(fd);
      throw error;
    }
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    queueMicrotask(() => {
      if (!givenUp) listener.onFail(error);
    });
  }
  return () => {
    givenUp = true;
    abandon();
  };
}

function awaitConnection(fd: number, operation: string, listener: TcpDialListener): Cancel {
  let over = false;
  const watched = addon().watch(fd, WRITABLE, () => {
    if (over) return;
    over = true;
    if (typeof watched !== "number") addon().unwatch(watched);
    const failed = socketError(fd);
    if (failed === 0) {
      listener.onConnect(adopt(fd));
      return;
    }
    addon().close(fd);
    listener.onFail(syscallFailed(operation, failed));
  });
  if (typeof watched === "number") throw syscallFailed(operation, -watched);
  return () => {
    if (over) return;
    over = true;
    addon().unwatch(watched);
    addon().close(fd);
  };
}

/** Gives a connected descriptor to node:net; it closes it. */
export function adopt(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true });
}

/** Makes a TCP socket that is not connected to anything. @throws KernelError */
export function openTcp(address: Address, netns: string | undefined): number {
  const family = address.family === "ipv4" ? n.AF_INET : n.AF_INET6;
  return withNetns(netns, (inside) => check("open TCP socket", addon().socket(family, n.SOCK_STREAM, 0, inside)));
}

function prepare(fd: number, options: TcpDial): void {
  const { remote, local, md5 } = options;
  setTcpOptions(fd, remote.address, options);
  if (md5 !== undefined) setMd5(fd, hostPrefix(remote.address), md5);
  if (!local) return;
  setOption(fd, { what: "SO_REUSEADDR", level: n.SOL_SOCKET, name: n.SO_REUSEADDR, value: hostInt(1) });
  const from = encodeSockaddr(local.address, local.port ?? 0, remote.ifindex);
  check(`bind to ${formatAddress(local.address)}`, addon().bind(fd, from));
}

/** Sets TTL, minimal TTL, traffic class and device. @throws KernelError when one is out of range or refused */
export function setTcpOptions(fd: number, address: Address, options: TcpOptions): void {
  const wanted = tcpOptions(address.family, options);
  if (!wanted) throw syscallFailed("set TCP options: a value out of its range", errno.EINVAL);
  for (const option of wanted) setOption(fd, option);
}

/** Sets the MD5 key for peers of a range; an empty key takes it back, also one that is not there. @throws KernelError */
export function setMd5(fd: number, range: Prefix, key: string): void {
  const option = md5Option(range, key);
  if (!option) throw syscallFailed("set TCP_MD5SIG: a key has at most 80 octets", errno.EINVAL);
  const result = addon().setsockopt(fd, option.level, option.name, option.value);
  if (key === "" && result === -errno.ENOENT) return;
  check(`set ${option.what}`, result);
}

/** Sets one option. @throws KernelError */
export function setOption(fd: number, { what, level, name, value }: SocketOption): void {
  check(`set ${what}`, addon().setsockopt(fd, level, name, value));
}

function socketError(fd: number): number {
  const room = new Uint8Array(4);
  const result = addon().getsockopt(fd, n.SOL_SOCKET, n.SO_ERROR, room);
  return result < 0 ? -result : new Int32Array(room.buffer)[0]!;
}
