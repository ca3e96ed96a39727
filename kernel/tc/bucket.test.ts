import assert from "node:assert/strict";
import * as fc from "fast-check";
import { MessageReader } from "../netlink/message-reader.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import { bucketOf, sameBucket, tick } from "./bucket.ts";
import { ifbName, isShapingDevice } from "./ifb-name.ts";
import { decodeQdisc, encodeBucket } from "./qdisc-message.ts";

const rate = fc.integer({ min: 1000, max: 1e15 });
const limits = fc.record(
  {
    rate,
    burst: fc.integer({ min: 0, max: 34_359_738_360 }),
    peakrate: rate,
    minburst: fc.integer({ min: 0, max: 100_000_000 }),
  },
  { requiredKeys: ["rate", "burst"] },
);
const mtus = fc.integer({ min: 68, max: 65_535 });

describe("the bucket of a limit", () => {
  it("is Felix's: octets, 25 ms of queue beside the burst", () => {
    assert.deepEqual(bucketOf({ rate: 10_000_000, burst: 1_000_000 }, 1500), {
      rate: 1_250_000,
      burst: 125_000,
      limit: 31_250 + 125_000,
      peakrate: 0,
      minburst: 0,
    });
  });

  it("has Calico's default burst cut to what Felix can write of it, 275 s", () => {
    assert.equal(bucketOf({ rate: 8_000_000, burst: 4 * 2 ** 30 }, 1500).burst, 274_877_906);
  });

  it("lets a frame pass whatever the limits, holds no number that the kernel cannot, and no peak below the rate", () => {
    fc.assert(
      fc.property(limits, mtus, (limit, mtu) => {
        const bucket = bucketOf(limit, mtu);
        assert.ok(bucket.burst >= mtu + 14 && bucket.limit >= mtu + 14);
        assert.ok(bucket.peakrate === 0 || (bucket.peakrate > bucket.rate && bucket.minburst >= mtu + 14));
        for (const each of [bucket.burst, bucket.limit, bucket.minburst]) assert.ok(each <= 0xffffffff);
        assert.ok(Object.values(bucket).every(Number.isSafeInteger));
      }),
    );
  });

  it("comes back from the kernel's ticks as the same bucket, and as no other", () => {
    fc.assert(
      fc.property(limits, mtus, (limit, mtu) => {
        const bucket = bucketOf(limit, mtu);
        const ticks = (octets: number, perSecond: number) => Math.floor(Math.floor((octets * 1e9) / perSecond) / 64);
        const burst = Math.round(ticks(bucket.burst, bucket.rate) * tick * bucket.rate);
        const { peakrate } = bucket;
        const minburst = peakrate && Math.round(ticks(bucket.minburst, peakrate) * tick * peakrate);
        assert.ok(sameBucket(bucket, { ...bucket, burst, minburst }));
        assert.ok(!sameBucket(bucket, { ...bucket, rate: bucket.rate + 1 }));
        const other = { ...bucket, burst: burst * 2 + 10 + bucket.rate };
        assert.equal(sameBucket(bucket, other), bucket.burst / bucket.rate > 274.877906);
        assert.ok(!sameBucket(bucket, undefined));
      }),
    );
  });

  it("is itself also where a frame takes longer than the kernel can say", () => {
    const slowest = bucketOf({ rate: 8, burst: 0 }, 1500);
    assert.ok(sameBucket(slowest, { ...slowest, burst: 17 }));
  });

  it("is written with 64 bits where 32 do not do", () => {
    for (const bits of [1000, 34_000_000_000, 35_000_000_000, 1e15]) {
      const bucket = bucketOf({ rate: bits, burst: 1e6, peakrate: bits * 2 }, 1500);
      const w = new MessageWriter().begin(36, 0, 1);
      encodeBucket(w, 7, bucket);
      const reader = new MessageReader(w.view());
      assert.ok(reader.next());
      const { bucket: back, ...rest } = decodeQdisc(reader)!;
      assert.deepEqual([back?.rate, back?.peakrate, back?.limit], [bucket.rate, bucket.peakrate, bucket.limit]);
      assert.deepEqual(rest, { ifindex: 7, handle: 0x10000, parent: 0xffffffff, kind: "tbf" });
    }
  });
});

describe("the device of an egress", () => {
  it("is named as Felix names it", () => {
    assert.equal(ifbName("cali12345"), "bwcalice408a044");
    assert.equal(ifbName("c").length, 15);
  });

  it("is told from every other device", () => {
    assert.ok(isShapingDevice({ name: ifbName("cali1"), kind: "ifb" }));
    assert.ok(!isShapingDevice({ name: ifbName("cali1"), kind: "veth" }));
    assert.ok(!isShapingDevice({ name: "ifb0", kind: "ifb" }));
  });
});
