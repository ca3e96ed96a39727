import assert from "node:assert/strict";
import { InvalidIpset } from "./error.ts";
import { halves, memberKey, memberText, wholeOf } from "./member.ts";
import type { IpsetSpec, IpsetType } from "./set.ts";

function spec(type: IpsetType, family: "inet" | "inet6" = "inet"): IpsetSpec {
  return { name: "cali40x", type, family, maxelem: 10 };
}

describe("a member of an ipset", () => {
  it("has one key, however it is spelled", () => {
    const nets = spec("hash:net");
    assert.equal(memberKey(nets, "10.0.0.1"), memberKey(nets, "10.0.0.1/32"));
    assert.equal(memberKey(nets, "10.1.2.3/8"), memberKey(nets, "10.0.0.0/8"));
    const nets6 = spec("hash:net", "inet6");
    assert.equal(memberKey(nets6, "fd00:0:0::1/128"), memberKey(nets6, "fd00::1"));
    assert.equal(memberKey(spec("hash:ip,port"), "10.0.0.1,6:80"), memberKey(spec("hash:ip,port"), "10.0.0.1,tcp:80"));
  });

  it("is written as ipset writes it", () => {
    const rewritten = (set: IpsetSpec, text: string): string => memberText(set, memberKey(set, text));
    assert.equal(rewritten(spec("hash:net"), "10.1.2.3/8"), "10.0.0.0/8");
    assert.equal(rewritten(spec("hash:ip,port", "inet6"), "fd00::1,17:53"), "fd00::1,udp:53");
    assert.equal(rewritten(spec("hash:net,iface"), "10.0.0.1/32,cali1"), "10.0.0.1,cali1");
  });

  it("of another type or family is refused by name", () => {
    const wrong: readonly (readonly [IpsetSpec, string])[] = [
      [spec("hash:net"), "fd00::1"],
      [spec("hash:net"), "10.0.0.0/33"],
      [spec("hash:net"), "10.0.0.1,tcp:80"],
      [spec("hash:ip,port"), "10.0.0.1"],
      [spec("hash:ip,port"), "10.0.0.1,tcp:65536"],
      [spec("hash:ip,port"), "10.0.0.1,quic:443"],
      [spec("hash:ip,port"), "10.0.0.0/8,tcp:443"],
      [spec("hash:net,iface"), "10.0.0.1"],
      [spec("hash:net,iface"), "10.0.0.1,"],
      [spec("hash:net,iface"), "10.0.0.1,0123456789abcdef"],
      [spec("hash:net,iface"), "10.0.0.1,a b"],
    ];
    for (const [set, text] of wrong) {
      const names = { message: new RegExp(`cali40x: "${text.replace(/[.]/g, "\\.")}" should be`) };
      assert.throws(() => memberKey(set, text), InvalidIpset);
      assert.throws(() => memberKey(set, text), names);
    }
  });

  it("that is everything has two halves", () => {
    const links = spec("hash:net,iface", "inet6");
    const all = memberKey(links, "::/0,cali1");
    assert.deepEqual(
      halves(links, all).map((half) => memberText(links, half)),
      ["::/1,cali1", "8000::/1,cali1"],
    );
    for (const half of halves(links, all)) assert.equal(wholeOf(links, half), all);
    assert.equal(wholeOf(spec("hash:net"), memberKey(spec("hash:net"), "0.0.0.0/2")), undefined);
  });
});
