import type { Speaker } from "../../bgp/speaker/speaker.ts";
import { openDiscovery } from "../../kernel/io/discovery-socket.ts";
import { watchLinks } from "../../kernel/io/links.ts";
import { openSysctls } from "../../kernel/io/sysctl.ts";
import type { DiscoveryFact } from "../../kernel/router-discovery/fact.ts";
import { RouterDiscovery } from "../../kernel/router-discovery/router-discovery.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import type { Family } from "../../net/family.ts";
import { speakerBook } from "../unnumbered/book.ts";
import { UnnumberedPeers } from "../unnumbered/peers.ts";

/** Peers of a speaker that are found on this machine's interfaces; none yet. */
export function openUnnumberedPeers(
  speaker: Speaker,
  families: readonly Family[],
  tell: Tell<DiscoveryFact>,
): UnnumberedPeers {
  const sysctls = openSysctls({});
  const ports = { watchLinks, open: openDiscovery, clock: systemClock, random: systemRandom, tell, sysctls };
  const discovery = new RouterDiscovery(ports, (name) => peers.look(name));
  const peers = new UnnumberedPeers(discovery, speakerBook(speaker), systemClock, families);
  return peers;
}
