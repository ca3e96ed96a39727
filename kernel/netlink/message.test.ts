import assert from "node:assert/strict";
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_ERROR, NLMSGERR_ATTR_MSG } from "./header.ts";
import { MessageReader, readError } from "./message-reader.ts";
import { MessageWriter } from "./message-writer.ts";

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

describe("MessageWriter", () => {
  it("lays out headers and attributes as linux/netlink.h says (little-endian machines)", () => {
    const w = new MessageWriter().begin(0x1122, 0x3344, 0x55667788).u8(2).zeros(3);
    w.attrU8(1, 0xab).attrU16(2, 0x1234).attrBe32(3, 0x01020304).attrText(4, "v0").attrFlag(5);
    assert.equal(
      hex(w.view()),
      "380000002211443388776655000000000200000005000100ab0000000600020034120000080003000102030407000400763000000400" +
        "0500",
    );
  });

  it("pads a message whose last attribute is short, but does not count the padding in its length", () => {
    const w = new MessageWriter();
    w.begin(1, 0, 1).u8(7);
    w.begin(2, 0, 2);
    const reader = new MessageReader(w.view());
    assert.ok(reader.next());
    assert.equal(reader.length, 1);
    assert.ok(reader.next());
    assert.equal(reader.type, 2);
  });

  it("stops our bugs: a nest that the length field cannot hold", () => {
    const w = new MessageWriter().begin(1, 0, 1);
    const long = (): unknown => w.nest(1, (inner) => inner.bytes(new Uint8Array(65_536)));
    assert.throws(long, /bug: netlink attribute 1 is 65540 octets/);
  });
});

describe("readError", () => {
  const error = (flags: number, echoed: number): MessageReader => {
    const w = new MessageWriter().begin(NLMSG_ERROR, flags, 9).u32(-17 >>> 0);
    // The refused request: its header, then what is left of its body.
    w.u32(echoed)
      .u32(0)
      .u32(0)
      .u32(0)
      .zeros(flags & NLM_F_CAPPED ? 0 : ((echoed + 3) & ~3) - 16);
    if (flags & NLM_F_ACK_TLVS) w.attrText(NLMSGERR_ATTR_MSG, "because");
    const reader = new MessageReader(w.view());
    reader.next();
    return reader;
  };
  const rows: readonly (readonly [string, number, number, string])[] = [
    ["a bare error", 0, 31, ""],
    ["a sentence behind a capped request", NLM_F_CAPPED | NLM_F_ACK_TLVS, 400, "because"],
    ["a sentence behind the whole request", NLM_F_ACK_TLVS, 31, "because"],
  ];
  for (const [name, flags, echoed, detail] of rows) {
    it(`reads ${name}`, () => assert.deepEqual(readError(error(flags, echoed)), { errno: 17, detail }));
  }
});
