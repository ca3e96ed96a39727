import type { ListenPlace } from "../../bgp/wire.ts";
import type { Address } from "../../net/address.ts";
import type { BgpSettings } from "../graph/bgp-settings.ts";
import type { Self } from "../graph/planned.ts";

/** Where a node waits for BGP: at all its addresses, or with `bindMode` NodeIP at those it has in BGP. */
export function listenPlaces(self: Self, { bindMode }: BgpSettings, port: number): readonly ListenPlace[] {
  if (bindMode !== "NodeIP") return [{ port }];
  return [self.ipv4, self.ipv6].flatMap((own) => (own ? [{ address: plain(own), port }] : []));
}

function plain({ family, a, b, c, d }: Address): Address {
  return { family, a, b, c, d };
}
