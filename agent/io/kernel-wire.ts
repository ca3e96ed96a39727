import type { Socket } from "node:net";
import { formatEndpoint } from "../../bgp/endpoint-text.ts";
import { ConnectFailed, ListenFailed } from "../../bgp/error.ts";
import { ReadBudget } from "../../bgp/io/read-budget.ts";
import { SocketConnection } from "../../bgp/io/socket-connection.ts";
import type {
  DialListener,
  DialOptions,
  Listener,
  ListenListener,
  ListenOptions,
  ListenPeer,
  SocketOption,
  SocketOptions,
  Wire,
} from "../../bgp/wire.ts";
import { errno } from "../../kernel/errno.ts";
import { KernelError } from "../../kernel/error.ts";
import { TcpListener } from "../../kernel/io/tcp-listener.ts";
import { dialTcp } from "../../kernel/io/tcp-socket.ts";
import type { TcpOptions, TcpPeer } from "../../kernel/tcp.ts";
import type { Cancel } from "../../lib/clock.ts";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";

/** How long a call may go unanswered. */
const dialWithinMs = 20_000;
/** DSCP CS6, as routing protocols mark their packets. */
const trafficClass = 0xc0;

/** TTL security in the kernel's terms (RFC 5082 3): sent with 255, and so many hops at most on the way here. */
function tcpOptions({ ttl, ttlSecurityHops, device }: SocketOptions): TcpOptions {
  return {
    trafficClass,
    ...(ttl !== undefined && { ttl }),
    ...(ttlSecurityHops !== undefined && { ttl: 255, minTtl: 256 - ttlSecurityHops }),
    ...(device !== undefined && { device }),
  };
}

function tcpPeer(peer: ListenPeer): TcpPeer {
  const { ttl, minTtl } = tcpOptions(peer);
  return {
    range: peer.range,
    ...(peer.password !== undefined && { md5: peer.password }),
    ...(ttl !== undefined && { ttl }),
    ...(minTtl !== undefined && { minTtl }),
  };
}

/** TCP over sockets that the kernel room makes: MD5, TTL security and devices are set before the first packet leaves. */
export class KernelWire implements Wire {
  readonly #budget = new ReadBudget();
  readonly #ifindexOf: (name: string) => number | undefined;
  readonly #where: { readonly netns?: string };

  /** @param where path of the namespace whose sockets these are; absent: our own */
  constructor(ifindexOf: (name: string) => number | undefined, where: { readonly netns?: string } = {}) {
    this.#ifindexOf = ifindexOf;
    this.#where = where;
  }

  unsupported(): readonly SocketOption[] {
    return [];
  }

  dial(options: DialOptions, listener: DialListener): Cancel {
    const { remote, localAddress, password } = options;
    const where = formatEndpoint(remote);
    const ifindex = remote.zone === "" ? undefined : this.#ifindexOf(remote.zone);
    if (remote.zone !== "" && ifindex === undefined) {
      const fail = setImmediate(() =>
        listener.onFail(new ConnectFailed(where, `there is no interface ${remote.zone}`)),
      );
      return () => clearImmediate(fail);
    }
    const call = {
      ...this.#where,
      ...tcpOptions(options),
      remote: { address: remote.address, port: remote.port, ...(ifindex !== undefined && { ifindex }) },
      ...(localAddress && { local: { address: localAddress } }),
      ...(password !== undefined && { md5: password }),
    };
    const timer = setTimeout(() => {
      give();
      listener.onFail(new ConnectFailed(where, "no answer"));
    }, dialWithinMs);
    const give = dialTcp(call, {
      onConnect: (socket) => {
        clearTimeout(timer);
        listener.onConnect(new SocketConnection(socket, this.#budget));
      },
      onFail: (error) => {
        clearTimeout(timer);
        listener.onFail(new ConnectFailed(where, error.message, { cause: error }));
      },
    });
    return () => {
      clearTimeout(timer);
      give();
    };
  }

  listen(options: ListenOptions, listener: ListenListener): Cancel {
    const addresses = options.address ? [options.address] : [ipv4(0), ipv6(0, 0, 0, 0)];
    const open: TcpListener[] = [];
    const close = (): void => {
      for (const one of open.splice(0)) one.close();
    };
    const immediate = setImmediate(() => {
      try {
        for (const address of addresses) this.#open(address, options, listener, open, close);
      } catch (error) {
        close();
        if (!(error instanceof KernelError)) throw error;
        listener.onFail(new ListenFailed(`port ${options.port}`, error.message, { cause: error }));
        return;
      }
      listener.onListening(this.#listening(addresses[0]!, open, close));
    });
    return () => {
      clearImmediate(immediate);
      close();
    };
  }

  #open(address: Address, options: ListenOptions, listener: ListenListener, open: TcpListener[], close: Cancel): void {
    const { port, device, peers = [] } = options;
    const own = peers.filter(({ range }) => range.family === address.family).map(tcpPeer);
    const events = {
      onAccept: (socket: Socket) => listener.onAccept(new SocketConnection(socket, this.#budget)),
      onFail: (error: KernelError) => {
        close();
        listener.onFail(new ListenFailed(`port ${port}`, error.message, { cause: error }));
      },
    };
    try {
      const bound = { ...this.#where, ...(device !== undefined && { device }) };
      open.push(new TcpListener({ address, port, trafficClass, peers: own, ...bound }, events));
    } catch (error) {
      // A kernel without IPv6: then there are no IPv6 peers to wait for either.
      const lacksFamily = error instanceof KernelError && error.facts.errno === errno.EAFNOSUPPORT;
      if (options.address || !lacksFamily) throw error;
    }
  }

  #listening(address: Address, open: readonly TcpListener[], close: Cancel): Listener {
    return {
      local: { address, zone: "", port: open[0]?.port ?? 0 },
      protect: (peers) => {
        const families = open.length > 1 ? (["ipv4", "ipv6"] as const) : [address.family];
        for (const [i, one] of open.entries()) {
          one.setPeers(peers.filter(({ range }) => range.family === families[i]).map(tcpPeer));
        }
      },
      close,
    };
  }
}
