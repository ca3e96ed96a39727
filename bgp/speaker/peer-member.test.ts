import assert from "node:assert/strict";
import { peerMember } from "./peer-member.ts";

/** What a member sends, by name. */
function member(isFramed: boolean): { readonly refresh: () => string; readonly synced: () => string } {
  const said: string[] = [];
  const one = peerMember(1, "ipv6", isFramed, (bytes) => {
    const [afi, subtype, safi] = [bytes[20], bytes[21], bytes[22]];
    if (bytes[18] === 5) said.push(`${subtype === 1 ? "BoRR" : "EoRR"} ${afi}/${safi}`);
    else said.push(`End-of-RIB, ${bytes.length} octets`);
    return true;
  });
  const after = (call: () => void) => (): string => {
    call();
    return said.splice(0).join();
  };
  return { refresh: after(() => one.onRefresh()), synced: after(() => one.onSynced()) };
}

describe("a peer in its update group", () => {
  it("is told End-of-RIB once, whatever is said again", () => {
    const { synced, refresh } = member(false);
    assert.deepEqual([synced(), refresh(), synced(), synced()], ["End-of-RIB, 29 octets", "", "", ""]);
  });

  it("is answered between BoRR and EoRR if both sides know them (RFC 7313 4)", () => {
    const { synced, refresh } = member(true);
    assert.deepEqual([synced(), refresh(), synced(), synced()], ["End-of-RIB, 29 octets", "BoRR 2/1", "EoRR 2/1", ""]);
  });

  it("gets one frame for requests within it", () => {
    const { synced, refresh } = member(true);
    synced();
    assert.deepEqual(
      [refresh(), refresh(), synced(), refresh(), synced()],
      ["BoRR 2/1", "", "EoRR 2/1", "BoRR 2/1", "EoRR 2/1"],
    );
  });

  it("gets no frame before End-of-RIB (RFC 7313 4)", () => {
    const { synced, refresh } = member(true);
    assert.deepEqual([refresh(), synced()], ["", "End-of-RIB, 29 octets"]);
  });
});
