import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { connectionHint, type HintTerms, waitingText } from "./connection-hint.ts";
import { type State, states } from "./state.ts";

const remote = { address: ipv4(0x0a000001), zone: "", port: 179 };
const plain: HintTerms = { dial: { remote }, passive: false };
const keyed: HintTerms = { dial: { remote, password: "secret", ttlSecurityHops: 1 }, passive: true };

describe("a connection that ended without a NOTIFICATION", () => {
  it("is explained by what the system said of the call", () => {
    const said: readonly (readonly [why: string, hint: RegExp])[] = [
      ["10.0.0.1:179: no answer", /firewall.*may expect an MD5 password/],
      ["connect ETIMEDOUT 10.0.0.1:179", /firewall/],
      ["connect ECONNREFUSED 10.0.0.1:179", /nothing listens/],
      ["connect: Connection refused", /nothing listens/],
      ["connect ENETUNREACH 10.0.0.1:179", /no route to the peer/],
      ["connect EHOSTUNREACH 10.0.0.1:179", /no route to the peer/],
      ["bind EADDRNOTAVAIL 10.0.0.9", /local address .* is not on this machine/],
      ["connect EACCES 10.0.0.1:179", /forbids the call/],
      ["fe80::1%eth9: there is no interface eth9", /interface .* is not there/],
    ];
    for (const [why, hint] of said)
      assert.match(connectionHint("TcpConnectionFails", "Connect", why, plain), hint, why);
  });

  it("names the password that is there, and the hops, but never the password itself", () => {
    const hint = connectionHint("TcpConnectionFails", "Connect", "no answer", keyed);
    assert.match(hint, /the MD5 passwords may differ, the peer may be more hops away/);
    assert.doesNotMatch(hint, /secret/);
  });

  it("means something else in every state", () => {
    for (const state of states.filter((one: State) => !["Idle", "Connect", "Active"].includes(one))) {
      assert.notEqual(connectionHint("TcpConnectionFails", state, "the peer closed the connection", plain), "", state);
      assert.notEqual(connectionHint("HoldTimer_Expires", state, "", plain), "", state);
    }
    assert.match(connectionHint("TcpConnectionFails", "OpenSent", "", plain), /before its OPEN/);
    assert.match(connectionHint("HoldTimer_Expires", "OpenSent", "", plain), /takes calls but says nothing/);
    assert.equal(connectionHint("NotifMsg", "Established", "", plain), "", "a NOTIFICATION speaks for itself");
  });

  it("or has not ended: what is waited for", () => {
    assert.equal(waitingText("Connect", 1, plain), "");
    assert.match(waitingText("Connect", 12, plain), /no answer for 12 s: .*firewall/);
    assert.match(waitingText("Active", 0, keyed), /waits for the peer to call/);
    assert.equal(waitingText("Active", 60, plain), "");
  });
});
