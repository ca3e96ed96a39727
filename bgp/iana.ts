/** Numbers that IANA keeps for BGP, by the names of their registries. No number of the protocol stands anywhere else. */

/** BGP Message Types (RFC 4271 4.1, RFC 2918). */
export const messageType = { open: 1, update: 2, notification: 3, keepalive: 4, routeRefresh: 5 } as const;

/** BGP Path Attributes: the type code of each attribute that this speaker knows by name. */
export const attributeCode = {
  origin: 1,
  asPath: 2,
  nextHop: 3,
  med: 4,
  localPref: 5,
  atomicAggregate: 6,
  aggregator: 7,
  communities: 8,
  originatorId: 9,
  clusterList: 10,
  mpReach: 14,
  mpUnreach: 15,
  extendedCommunities: 16,
  as4Path: 17,
  as4Aggregator: 18,
  pmsiTunnel: 22,
  tunnelEncapsulation: 23,
  trafficEngineering: 24,
  ipv6ExtendedCommunities: 25,
  aigp: 26,
  bgpLs: 29,
  largeCommunities: 32,
  otc: 35,
  prefixSid: 40,
  attrSet: 128,
} as const;

/** Bits of the attribute flags octet (RFC 4271 4.3). */
export const attributeFlag = { optional: 0x80, transitive: 0x40, partial: 0x20, extendedLength: 0x10 } as const;

/** AS_PATH segment types (RFC 4271 4.3, RFC 5065 3). */
export const segmentType = { set: 1, sequence: 2, confedSequence: 3, confedSet: 4 } as const;

/** Capability Codes (RFC 5492), those that this speaker knows by name. */
export const capabilityCode = {
  multiprotocol: 1,
  routeRefresh: 2,
  extendedNextHop: 5,
  extendedMessage: 6,
  role: 9,
  gracefulRestart: 64,
  fourOctetAs: 65,
  addPath: 69,
  enhancedRouteRefresh: 70,
  longLivedGracefulRestart: 71,
  hostName: 73,
  softwareVersion: 75,
} as const;

/** BGP Error (Notification) Codes (RFC 4271 6, RFC 7313 5, RFC 9687 3). */
export const errorCode = {
  messageHeader: 1,
  open: 2,
  update: 3,
  holdTimer: 4,
  fsm: 5,
  cease: 6,
  routeRefresh: 7,
  sendHoldTimer: 8,
} as const;

/** Message Header Error subcodes (RFC 4271 6.1). */
export const headerError = { notSynchronized: 1, badLength: 2, badType: 3 } as const;

/** OPEN Message Error subcodes (RFC 4271 6.2, RFC 5492 5, RFC 9234 4.2). */
export const openError = {
  unspecific: 0,
  version: 1,
  badPeerAs: 2,
  badIdentifier: 3,
  optionalParameter: 4,
  holdTime: 6,
  capability: 7,
  roleMismatch: 11,
} as const;

/** UPDATE Message Error subcodes (RFC 4271 6.3). */
export const updateError = {
  malformedList: 1,
  unrecognizedWellKnown: 2,
  missingWellKnown: 3,
  flags: 4,
  length: 5,
  origin: 6,
  nextHop: 8,
  optional: 9,
  network: 10,
  asPath: 11,
} as const;

/** Finite State Machine Error subcodes: in which state the message was not expected (RFC 6608 3). */
export const fsmError = { unspecific: 0, openSent: 1, openConfirm: 2, established: 3 } as const;

/** Cease subcodes (RFC 4486 3, RFC 8538 3, RFC 9384 2). */
export const ceaseCode = {
  maxPrefixes: 1,
  adminShutdown: 2,
  deconfigured: 3,
  adminReset: 4,
  connectionRejected: 5,
  configChange: 6,
  collision: 7,
  outOfResources: 8,
  hardReset: 9,
  bfdDown: 10,
} as const;

/** Well-known communities as host integers (RFC 1997, RFC 8326, RFC 9494, RFC 7999). */
export const community = {
  gracefulShutdown: 0xffff0000,
  llgrStale: 0xffff0006,
  noLlgr: 0xffff0007,
  blackhole: 0xffff029a,
  noExport: 0xffffff01,
  noAdvertise: 0xffffff02,
  noExportSubconfed: 0xffffff03,
} as const;

/** Reserved AS numbers: AS_TRANS stands for one that needs four octets (RFC 6793 9). */
export const reservedAsn = { zero: 0, trans: 23456 } as const;
