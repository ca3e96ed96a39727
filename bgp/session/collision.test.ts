import assert from "node:assert/strict";
import fc from "fast-check";
import { COLLISION_WINDOW_MS, type Identities, type OtherConnection, resolveCollision, survivor } from "./collision.ts";

const low = 0x0a000001;
const high = 0x0a000002;

function identities(localRouterId: number, peerRouterId: number, localAsn = 1, peerAsn = 2): Identities {
  return { localRouterId, localAsn, peerRouterId, peerAsn };
}

function other(differing: Partial<OtherConnection> = {}): OtherConnection {
  const first = { direction: "outbound", state: "OpenConfirm", establishedForMs: undefined } as const;
  return { ...first, isGraceful: false, wasRestarting: false, ...differing };
}

describe("collision of two connections", () => {
  it("RFC 4271 6.8: the connection of the higher BGP Identifier lives, also above 2^31", () => {
    assert.equal(survivor(identities(high, low)), "outbound");
    assert.equal(survivor(identities(low, high)), "inbound");
    assert.equal(survivor(identities(0xf0000001, 0x10000001)), "outbound");
  });

  it("RFC 6286 2.3: with equal identifiers, that of the higher AS", () => {
    assert.equal(survivor(identities(low, low, 2, 1)), "outbound");
    assert.equal(survivor(identities(low, low, 1, 2)), "inbound");
  });

  it("both ends agree which one it is", () => {
    const ids = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(70000), fc.nat(70000));
    fc.assert(
      fc.property(ids, ([x, y, xAs, yAs]) => {
        fc.pre(x !== y || xAs !== yAs);
        const here = survivor(identities(x, y, xAs, yAs));
        const there = survivor(identities(y, x, yAs, xAs));
        assert.notEqual(here, there); // my outbound is your inbound
      }),
    );
  });

  it("in OpenConfirm decides by identifier, whichever connection is the newcomer", () => {
    const weWin = identities(high, low);
    assert.equal(resolveCollision("inbound", false, other({ direction: "outbound" }), weWin), "drop-newcomer");
    assert.equal(resolveCollision("outbound", false, other({ direction: "inbound" }), weWin), "drop-other");
  });

  it("drops the older of two calls of the same side", () => {
    assert.equal(
      resolveCollision("inbound", false, other({ direction: "inbound" }), identities(high, low)),
      "drop-other",
    );
  });

  it("an Established session beats the newcomer", () => {
    const established = other({ state: "Established", establishedForMs: 1e6 });
    assert.equal(resolveCollision("inbound", false, established, identities(low, high)), "drop-newcomer");
    assert.equal(resolveCollision("inbound", true, established, identities(low, high)), "drop-newcomer");
  });

  it("RFC 4724 4.2: unless it is graceful and the peer has restarted", () => {
    const graceful = (establishedForMs: number): OtherConnection =>
      other({ state: "Established", establishedForMs, isGraceful: true });
    const ids = identities(high, low);
    assert.equal(resolveCollision("inbound", true, graceful(10), ids), "replace-other");
    assert.equal(resolveCollision("inbound", false, graceful(COLLISION_WINDOW_MS), ids), "replace-other");
    assert.equal(resolveCollision("inbound", false, graceful(10), ids), "drop-newcomer");
    assert.equal(resolveCollision("inbound", true, { ...graceful(10), wasRestarting: true }, ids), "drop-newcomer");
    const old = { ...graceful(COLLISION_WINDOW_MS), wasRestarting: true };
    assert.equal(resolveCollision("inbound", true, old, ids), "replace-other");
    assert.equal(resolveCollision("outbound", true, graceful(10), ids), "drop-newcomer");
  });
});
