import assert from "node:assert/strict";
import { capabilities } from "../capability/capabilities.ts";
import { labConfig } from "../sim/session-lab.ts";
import { startedPair } from "../sim/session-pair.ts";
import { localOpen, validateOpen } from "./open.ts";
import { roles } from "./role.ts";
import type { Role, SessionConfig } from "./session-config.ts";

const external = { localAsn: 65001, peerAsn: 65002 } as const;
const back = { localAsn: 65002, peerAsn: 65001 } as const;

function verdict(role: Role | undefined, theirs: readonly number[], more: Partial<SessionConfig> = {}): string {
  const open = { myAs: 65002, holdTimeSeconds: 90, routerId: 2, capabilities: capabilities({ roles: theirs }) };
  const fault = validateOpen(open, labConfig(1, 2, { ...external, role, ...more }));
  return fault ? `${fault.notification.code}/${fault.notification.subcode} ${fault.why}` : "welcome";
}

describe("BGP roles (RFC 9234 4.2)", () => {
  it("go together in five pairs, and in no other of the 25", () => {
    const pairs = roles.flatMap((ours) =>
      roles.filter((_, code) => verdict(ours, [code]) === "welcome").map((theirs) => `${ours} ${theirs}`),
    );
    const right = ["provider customer", "rs rs-client", "rs-client rs", "customer provider", "peer peer"];
    assert.deepEqual(pairs, right);
  });

  it("that do not go together are refused with 2/11, and both named", () => {
    assert.equal(verdict("provider", [0]), "2/11 the peer is provider, our role provider needs a customer");
    assert.equal(verdict("provider", [77]), "2/11 the peer is role 77, our role provider needs a customer");
    assert.equal(verdict("peer", [4, 3]), "2/11 the peer names several roles: peer and customer");
  });

  it("absent on the other side are ignored, unless strict", () => {
    assert.equal(verdict("provider", []), "welcome");
    assert.match(verdict("provider", [], { strictRole: true }), /^2\/11 the peer names no role/);
  });

  it("are not looked at when we have none, or within an AS", () => {
    assert.equal(verdict(undefined, [0]), "welcome");
    assert.equal(verdict("provider", [0], { localAsn: 65002, peerAsn: "internal" }), "welcome");
  });

  it("are offered to other ASes only", () => {
    const offered = (config: Partial<SessionConfig>): readonly number[] =>
      localOpen(labConfig(1, 2, { role: "customer", ...config }), { restarting: false, forwardingPreserved: [] })
        .capabilities.roles;
    assert.deepEqual(offered(external), [3]);
    assert.deepEqual(offered({ peerAsn: "external" }), [3]);
    assert.deepEqual(offered({ peerAsn: "internal" }), []);
    assert.deepEqual(offered({ localAsn: 65001, peerAsn: 65001 }), []);
  });

  it("that fit are part of what was agreed; a mismatch names itself at both ends", () => {
    const { a, b } = startedPair({ ...external, role: "provider" }, { ...back, role: "customer" });
    assert.deepEqual([a.session.negotiated!.role, b.session.negotiated!.role], ["provider", "customer"]);
    const alone = startedPair({ ...external, role: "rs" }, back);
    assert.deepEqual([alone.a.session.negotiated!.role, alone.b.session.negotiated!.role], ["rs", undefined]);
    const odd = startedPair({ ...external, role: "peer" }, { ...back, role: "customer" });
    assert.match(odd.a.session.why, /the peer is customer, our role peer needs a peer: compare the BGP roles/);
    const strict = startedPair({ ...external, role: "peer", strictRole: true }, back);
    assert.match(strict.b.session.why, /Role Mismatch: the BGP roles of both sides do not make a pair/);
  });
});
