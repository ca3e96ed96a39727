import * as z from "zod";

const text = z.string().max(1024).exactOptional();
const count = z.int().min(0).exactOptional();
/** Statuses are bounded, but a node may really have this many peers and routes. */
const peersLimit = 65536;
const routesLimit = 1_000_000;

const daemonSchema = z.strictObject({
  state: text,
  version: text,
  routerID: text,
  lastBootTime: text,
  lastReconfigurationTime: text,
});
const peerSchema = z.strictObject({ peerIP: text, type: text, state: text, since: text });
const routeSchema = z.strictObject({
  type: text,
  destination: text,
  gateway: text,
  interface: text,
  learnedFrom: z.strictObject({ sourceType: text, peerIP: text }).exactOptional(),
});
const peers = z.array(peerSchema).max(peersLimit).exactOptional();
const routes = z.array(routeSchema).max(routesLimit).exactOptional();

/**
 * What a node says of itself, in Calico's order (api nodestatus.go). Words are texts here: state Ready or NotReady; peers are
 * NodeMesh, NodePeer or GlobalPeer; sessions Idle to Established, or Close; routes FIB or RIB, learned from Kernel, Static,
 * Direct, NodeMesh or BGPPeer. Whoever reads a status must not stumble over a word of tomorrow.
 */
export const nodeStatusSchema = z.strictObject({
  lastUpdated: z.string().max(64).nullable().exactOptional(),
  agent: z.strictObject({ birdV4: daemonSchema.exactOptional(), birdV6: daemonSchema.exactOptional() }).exactOptional(),
  bgp: z
    .strictObject({
      numberEstablishedV4: count,
      numberNotEstablishedV4: count,
      numberEstablishedV6: count,
      numberNotEstablishedV6: count,
      peersV4: peers,
      peersV6: peers,
    })
    .exactOptional(),
  routes: z.strictObject({ routesV4: routes, routesV6: routes }).exactOptional(),
});
