import { assertGolden } from "../../../agent/dataplane/io/golden.ts";
import type { Plan } from "../plan.ts";
import { birdConfig } from "./bird-config.ts";
import { exabgpConfig } from "./exabgp-config.ts";
import { bgpdConfig } from "./frr-config.ts";
import { gobgpConfig } from "./gobgp-config.ts";
import { openbgpdConfig } from "./openbgpd-config.ts";

/** Every word of a plan at least once. */
const plan: Plan = {
  asn: 65002,
  routerId: "10.99.0.2",
  kernel: true,
  holdSeconds: 3,
  restartSeconds: 1,
  longLivedStaleSeconds: 8,
  routes: [
    { prefix: "10.2.0.0/16", communities: ["65535:0"], largeCommunities: ["65002:1:2"] },
    { prefix: "fd00:2::/48" },
  ],
  neighbours: [
    {
      address: "10.99.0.1",
      localAddress: "10.99.0.2",
      asn: 65001,
      families: ["ipv4"],
      connectRetrySeconds: 2,
      password: "right",
      ttlSecurity: true,
      addPath: true,
      extendedMessages: true,
      extendedNextHop: true,
      bfd: true,
      role: "rs",
      strictRole: true,
      enhancedRefresh: true,
      maxPrefixes: 5,
    },
    {
      address: "fd99::1",
      localAddress: "fd99::2",
      asn: 65002,
      families: ["ipv4", "ipv6"],
      passive: true,
      routeReflectorClient: true,
    },
    { address: "eth0", isUnnumbered: true, localAddress: "", asn: 65001, families: ["ipv4"], role: "rs-client" },
  ],
};

/** Daemons that know no peers by interface. */
const numbered: Plan = { ...plan, neighbours: plan.neighbours.filter(({ isUnnumbered }) => !isUnnumbered) };

/** The text that each daemon is given, whole. */
const texts = {
  "bird.conf": birdConfig(plan),
  "frr.conf": bgpdConfig(plan),
  "gobgpd.json": gobgpConfig(numbered),
  "openbgpd.conf": openbgpdConfig(numbered, "/run/openbgpd.sock"),
  "exabgp.conf": exabgpConfig(numbered, "/bin/cat"),
};

describe("what the daemons of the matrix are given", () => {
  for (const [name, text] of Object.entries(texts)) {
    it(name, () => assertGolden(new URL(`testdata/${name}`, import.meta.url), text));
  }
});
