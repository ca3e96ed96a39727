import { ipv6 } from "../../net/address.ts";
import { packetRoom, packetSlot } from "../datagram.ts";
import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";
import type { OpenDiscovery } from "../router-discovery/port.ts";
import { discoveryOptions } from "../router-discovery/socket-options.ts";
import { isInterfaceName } from "../sysctl.ts";
import { encodeSockaddr, socketNumbers as n } from "../tcp-options.ts";
import { addon, check } from "./addon.ts";
import { type DatagramListener, DatagramReceiver } from "./datagram-receiver.ts";
import { withNetns } from "./netns.ts";
import { setOption } from "./tcp-socket.ts";

/** Opens a raw ICMPv6 socket on one link; needs CAP_NET_RAW. */
export const openDiscovery: OpenDiscovery = ({ interfaceName, ifindex, netns }, listener) => {
  if (!isInterfaceName(interfaceName)) throw syscallFailed(`listen on "${interfaceName}"`, errno.ENODEV);
  const fd = withNetns(netns, (inside) =>
    check("open ICMPv6 socket", addon().socket(n.AF_INET6, n.SOCK_RAW, n.IPPROTO_ICMPV6, inside)),
  );
  const datagrams: DatagramListener = {
    received({ remote, ttl, octets, ifindex: link }) {
      // What came in before the socket was bound to its device may have come over another.
      if (link !== ifindex) return;
      listener.received({ source: remote.address, hopLimit: ttl, octets, isCut: octets.length >= packetRoom });
    },
    failed: (error) => listener.failed(error),
  };
  try {
    for (const option of discoveryOptions(interfaceName, ifindex)) setOption(fd, option);
    check("bind ICMPv6 socket", addon().bind(fd, encodeSockaddr(ipv6(0, 0, 0, 0), 0)));
    const receiver = new DatagramReceiver(fd, "ICMPv6 socket", packetSlot, datagrams);
    return {
      send(octets, to) {
        if (receiver.isClosed) return errno.EBADF;
        return Math.max(0, -addon().sendTo(fd, octets, encodeSockaddr(to, 0, ifindex)));
      },
      close: () => receiver.close(),
    };
  } catch (error) {
    addon().close(fd);
    throw error;
  }
};
