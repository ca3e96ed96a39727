import { hasPorts, protocolNumber } from "../../datastore/model/protocol.ts";
import type { PacketKind } from "../../policy/trace/flow.ts";
import { CliError } from "../error.ts";

/** What says what kind of packet is followed. */
export interface PacketOptions {
  readonly proto?: string;
  readonly port?: string;
  readonly fromPort?: string;
  readonly icmpType?: string;
}

/** The source port of a packet of which nothing is said. */
const usualPort = 50000;

function port(text: string, option: string): number {
  const value = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && value <= 65535) return value;
  throw new CliError(`--${option} ${text}: a number from 0 to 65535 would be right`);
}

/** The packet that the options describe. @throws CliError when they do not describe one */
export function packetKind(options: PacketOptions): PacketKind {
  const word = options.proto ?? "tcp";
  const protocol = protocolNumber(word);
  if (protocol === undefined) {
    throw new CliError(`--proto ${word}: tcp, udp, sctp, icmp, icmpv6, udplite or 1 to 255 would be right`);
  }
  if (protocol === 1 || protocol === 58) {
    const [type = "", code = "0"] = (options.icmpType ?? (protocol === 1 ? "8" : "128")).split("/");
    const [icmpType, icmpCode] = [type, code].map((text) => (/^[0-9]{1,3}$/.test(text) ? Number(text) : 256));
    if (icmpType! < 256 && icmpCode! < 256) return { protocol, icmpType: icmpType!, icmpCode: icmpCode! };
    throw new CliError(`--icmp-type ${options.icmpType}: TYPE or TYPE/CODE, each 0 to 255, would be right`);
  }
  if (options.icmpType !== undefined) throw new CliError(`--icmp-type needs --proto icmp or icmpv6, not ${word}`);
  if (!hasPorts(protocol)) {
    if (options.port !== undefined) throw new CliError(`--port needs --proto tcp, udp or sctp, not ${word}`);
    return { protocol };
  }
  if (options.port === undefined) throw new CliError(`--port is wanted with --proto ${word}`);
  const sourcePort = options.fromPort === undefined ? usualPort : port(options.fromPort, "from-port");
  return { protocol, sourcePort, destinationPort: port(options.port, "port") };
}
