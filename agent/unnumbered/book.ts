import type { Speaker } from "../../bgp/speaker/speaker.ts";
import type { PeerBook } from "./peers.ts";

/** The speaker as `UnnumberedPeers` sees it. */
export function speakerBook(speaker: Speaker): PeerBook {
  return {
    setPeer: (config) => speaker.setPeer(config),
    removePeer: (address, zone) => speaker.removePeer(address, zone),
    setAwaited: (families) => speaker.setAwaited(families),
    isUp: (name) => speaker.peer(name)?.negotiated !== undefined,
    isKept: (name) => {
      const peer = speaker.status().peers.find((one) => one.name === name);
      return peer?.families.some(({ stale }) => stale > 0) ?? false;
    },
  };
}
