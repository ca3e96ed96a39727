import { ManxError } from "../lib/error.ts";
import type { SocketOption } from "./wire.ts";

/** The wire in use cannot honour an option that was asked for, such as a password. */
export class UnsupportedSocketOption extends ManxError<
  "bgp/unsupported-socket-option",
  { readonly options: readonly SocketOption[]; readonly where: string }
> {
  constructor(options: readonly SocketOption[], where: string) {
    const message = `${where}: this wire has no ${options.join(", ")}; use one built on kernel sockets`;
    super("bgp/unsupported-socket-option", message, { options, where });
  }
}

/** A peer could not be called. `cause` is the system's error. */
export class ConnectFailed extends ManxError<
  "bgp/connect-failed",
  { readonly remote: string; readonly reason: string }
> {
  constructor(remote: string, reason: string, options?: ErrorOptions) {
    super("bgp/connect-failed", `${remote}: ${reason}`, { remote, reason }, options);
  }
}

/** The port to take calls on could not be opened, or was lost. `cause` is the system's error. */
export class ListenFailed extends ManxError<"bgp/listen-failed", { readonly local: string; readonly reason: string }> {
  constructor(local: string, reason: string, options?: ErrorOptions) {
    super("bgp/listen-failed", `cannot listen on ${local}: ${reason}`, { local, reason }, options);
  }
}
