import assert from "node:assert/strict";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { simTerms } from "../sim/terms.ts";
import type { PeerConfig, SpeakerConfig } from "./config.ts";
import { peerTerms } from "./peer-terms.ts";

const ip = (text: string): NonNullable<ReturnType<typeof parseAddress>> => parseAddress(text)!;
const speaker: SpeakerConfig = {
  asn: 65000,
  routerId: 1,
  families: ["ipv4", "ipv6"],
  ebgpRequiresPolicy: false,
  gracefulRestart: undefined,
  restart: { restarting: false, forwardingPreserved: [] },
};

/** Our next hop on a session whose end here is `local`: as people write it, the link-local address behind a plus. */
function self(
  family: Family,
  local: string,
  config: Partial<PeerConfig> = {},
  differing: Partial<Negotiated> = {},
): string {
  const peer: PeerConfig = { address: ip(local), asn: 65001, ...config };
  const terms = peerTerms(speaker, peer, simTerms(differing), ip(local), family);
  const hops = [terms.ownAddress, terms.ownLinkLocal].flatMap((one) => (one ? [formatAddress(one)] : []));
  return hops.join(" + ");
}

describe("our next hop towards a peer", () => {
  const extended = { extendedNextHop: true };

  it("is our end of the session, where that is of the family", () => {
    assert.equal(self("ipv4", "10.0.0.1"), "10.0.0.1");
    assert.equal(self("ipv6", "2001:db8::1"), "2001:db8::1");
    assert.equal(self("ipv6", "10.0.0.1"), "");
    assert.equal(self("ipv4", "2001:db8::1"), "");
  });

  it("is what is configured for the family before that", () => {
    assert.equal(self("ipv4", "10.0.0.1", { nextHop: { ipv4: ip("10.9.9.9") } }), "10.9.9.9");
    assert.equal(self("ipv6", "10.0.0.1", { nextHop: { ipv6: ip("2001:db8::9") } }), "2001:db8::9");
    assert.equal(self("ipv4", "2001:db8::1", { nextHop: { ipv4: ip("10.9.9.9") } }, extended), "10.9.9.9");
  });

  it("may be an IPv6 address for IPv4 routes when both sides say so (RFC 8950 4)", () => {
    assert.equal(self("ipv4", "2001:db8::1", {}, extended), "2001:db8::1");
    assert.equal(self("ipv4", "fe80::1", { nextHop: { ipv6: ip("2001:db8::9") } }, extended), "2001:db8::9 + fe80::1");
  });

  it("is never an IPv4 address in IPv6 clothes", () => {
    assert.equal(self("ipv6", "10.0.0.1", { nextHop: { ipv6: ip("::ffff:10.0.0.1") } }), "");
    assert.equal(self("ipv6", "::ffff:10.0.0.1"), "");
  });

  it("has our link-local address behind it on a session over such, or is that alone (RFC 2545 3)", () => {
    assert.equal(self("ipv6", "fe80::1"), "fe80::1");
    assert.equal(self("ipv6", "fe80::1", { nextHop: { ipv6: ip("2001:db8::9") } }), "2001:db8::9 + fe80::1");
    assert.equal(self("ipv6", "2001:db8::1", { linkLocalNextHop: ip("fe80::9") }), "2001:db8::1 + fe80::9");
    assert.equal(self("ipv4", "10.0.0.1", { linkLocalNextHop: ip("fe80::9") }), "10.0.0.1");
  });
});

describe("terms of a peer", () => {
  const link = [parsePrefix("10.0.0.0/24")!];
  const of = (config: Partial<PeerConfig>, differing: Partial<Negotiated> = {}) =>
    peerTerms(speaker, { address: ip("10.0.0.2"), asn: 65001, ...config }, simTerms(differing), ip("10.0.0.1"), "ipv4");

  it("say which link is shared only where third-party next hops are asked for, and only towards eBGP", () => {
    assert.deepEqual(of({ linkPrefixes: link }).sharedLink, []);
    assert.deepEqual(of({ linkPrefixes: link, thirdPartyNextHop: true }).sharedLink, link);
    assert.deepEqual(of({ linkPrefixes: link, thirdPartyNextHop: true }, { isInternal: true }).sharedLink, []);
  });

  it("say how many paths go out only where that was negotiated (RFC 7911 4)", () => {
    const addPath = { ipv4: { send: 3 } } as const;
    assert.equal(of({ addPath }).addPath, undefined);
    const agreed = { ipv4: { send: true, receive: false }, ipv6: { send: false, receive: false } };
    assert.equal(of({ addPath }, { addPath: agreed }).addPath, 3);
    assert.equal(of({}, { addPath: agreed }).addPath, "all");
  });
});
