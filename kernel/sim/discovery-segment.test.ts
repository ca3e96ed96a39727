import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { parseAddress } from "../../net/address-text.ts";
import { discoverySocketContract } from "../router-discovery/socket.contract.ts";
import { SimDiscoverySegment } from "./discovery-segment.ts";

discoverySocketContract("in memory", async () => {
  const clock = new SimClock();
  const segment = new SimDiscoverySegment(clock);
  const [a, b] = [parseAddress("fe80::1")!, parseAddress("fe80::2")!];
  const where = { interfaceName: "eth0", ifindex: 2 };
  return {
    ends: [
      { open: segment.attach("eth0", a), where, address: a },
      { open: segment.attach("eth0", b), where, address: b },
    ],
    async until(what, holds) {
      clock.advance(millis(1));
      if (!holds()) throw new Error(`not so: ${what}`);
    },
    close() {},
  };
});
