import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import { writeKeepalive } from "./keepalive.ts";
import { readRouteRefresh, writeRouteRefresh } from "./route-refresh.ts";

describe("ROUTE-REFRESH", () => {
  it("comes back as it went (RFC 2918 3, RFC 7313 3.2)", () => {
    for (const family of ["ipv4", "ipv6"] as const) {
      for (const subtype of [0, 1, 2]) {
        const octets = writeRouteRefresh(new Writer(), family, subtype).take();
        assert.deepEqual(readRouteRefresh(octets, 0, octets.length), { family, subtype });
      }
    }
  });

  it("of a family that is not ours names none; of another length it is none", () => {
    const octets = writeRouteRefresh(new Writer(), "ipv4").take();
    octets[22] = 128;
    assert.deepEqual(readRouteRefresh(octets, 0, 23), { family: undefined, subtype: 0 });
    assert.equal(readRouteRefresh(new Uint8Array(40), 0, 40), undefined);
  });
});

describe("KEEPALIVE", () => {
  it("is a header and nothing else", () => {
    assert.deepEqual([...writeKeepalive(new Writer()).view()], [...new Array<number>(16).fill(255), 0, 19, 4]);
  });
});
