import { connect, createServer, type Server } from "node:net";
import type { Cancel } from "../../lib/clock.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatEndpoint } from "../endpoint-text.ts";
import { ConnectFailed, ListenFailed, UnsupportedSocketOption } from "../error.ts";
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
} from "../wire.ts";
import { ReadBudget } from "./read-budget.ts";
import { SocketConnection } from "./socket-connection.ts";
import { endpointOf, hostOf } from "./socket-endpoint.ts";

const lacking: readonly SocketOption[] = ["password", "ttlSecurityHops", "ttl", "device"];

/** How long a call may go unanswered. */
export const DIAL_WITHIN_MS = 20_000;

/** TCP by node:net alone, which has none of the socket options: a wire over kernel sockets has them. */
export class NetWire implements Wire {
  readonly #budget = new ReadBudget();

  unsupported(options: SocketOptions): readonly SocketOption[] {
    return lacking.filter((option) => options[option] !== undefined);
  }

  dial(options: DialOptions, listener: DialListener): Cancel {
    const where = formatEndpoint(options.remote);
    const refused = this.unsupported(options);
    if (refused.length > 0) return soon(() => listener.onFail(new UnsupportedSocketOption(refused, where)));
    const socket = connect({
      host: hostOf(options.remote),
      port: options.remote.port,
      ...(options.localAddress && { localAddress: formatAddress(options.localAddress) }),
    });
    const fail = (reason: string, cause?: Error): void => {
      give();
      listener.onFail(new ConnectFailed(where, reason, cause && { cause }));
    };
    const timer = setTimeout(() => fail("no answer"), DIAL_WITHIN_MS);
    const give = (): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.destroy();
    };
    socket.once("error", (error) => fail(error.message, error));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners();
      listener.onConnect(new SocketConnection(socket, this.#budget));
    });
    return () => {
      if (socket.connecting) give();
    };
  }

  listen(options: ListenOptions, listener: ListenListener): Cancel {
    const { address, port, peers = [] } = options;
    const where = address ? formatEndpoint({ address, zone: "", port }) : `port ${port}`;
    const refused = this.#refused([options, ...peers]);
    if (refused.length > 0) return soon(() => listener.onFail(new UnsupportedSocketOption(refused, where)));
    const server = createServer((socket) => listener.onAccept(new SocketConnection(socket, this.#budget)));
    server.on("error", (error) => listener.onFail(new ListenFailed(where, error.message, { cause: error })));
    server.listen({ port, ...(address && { host: formatAddress(address), ipv6Only: address.family === "ipv6" }) }, () =>
      listener.onListening(this.#listening(server, where)),
    );
    return () => server.close();
  }

  #listening(server: Server, where: string): Listener {
    const at = server.address();
    const local = typeof at === "object" && at ? endpointOf(at.address, at.port) : endpointOf(undefined, 0);
    return {
      local,
      protect: (peers) => {
        const refused = this.#refused(peers);
        if (refused.length > 0) throw new UnsupportedSocketOption(refused, where);
      },
      close: () => server.close(),
    };
  }

  #refused(peers: readonly (SocketOptions | ListenPeer)[]): readonly SocketOption[] {
    return lacking.filter((option) => peers.some((peer) => peer[option] !== undefined));
  }
}

/** Calls back in the next round of the loop, unless taken back. */
function soon(then: () => void): Cancel {
  const immediate = setImmediate(then);
  return () => clearImmediate(immediate);
}
