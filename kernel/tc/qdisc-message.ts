import type { AttributeReader } from "../netlink/attribute.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { tick } from "./bucket.ts";
import { tc } from "./constants.ts";
import type { Bucket } from "./shaping.ts";

/** A queue of an interface. */
export interface Qdisc {
  readonly ifindex: number;
  /** `major << 16`. */
  readonly handle: number;
  /** TC_H_ROOT, TC_H_INGRESS, or the class it hangs below. */
  readonly parent: number;
  /** `tbf`, `ingress`, `noqueue`, … */
  readonly kind: string;
  /** Of a tbf. */
  readonly bucket: Bucket | undefined;
}

/**
 *      struct tcmsg: family u8, pad u8, pad u16, ifindex i32, handle u32, parent u32, info u32
 */
export function encodeTcHeader(w: MessageWriter, ifindex: number, handle = 0, parent = 0, info = 0): void {
  w.u32(0).u32(ifindex).u32(handle).u32(parent).u32(info);
}

/** Body of a request that makes or changes the bucket at the root of an interface. */
export function encodeBucket(w: MessageWriter, ifindex: number, bucket: Bucket): void {
  encodeTcHeader(w, ifindex, tc.BUCKET_HANDLE, tc.TC_H_ROOT);
  w.attrText(tc.TCA_KIND, "tbf");
  w.nest(tc.TCA_OPTIONS, (options) => {
    options.attrBytes(tc.TCA_TBF_PARMS, bucketParameters(bucket));
    // Octets in place of the ticks in the parameters, so nothing is rounded. With a link layer no rate table is needed.
    options.attrU32(tc.TCA_TBF_BURST, bucket.burst);
    if (bucket.rate > 0xffffffff) options.attrU64(tc.TCA_TBF_RATE64, BigInt(bucket.rate));
    if (bucket.peakrate === 0) return;
    options.attrU32(tc.TCA_TBF_PBURST, bucket.minburst);
    if (bucket.peakrate > 0xffffffff) options.attrU64(tc.TCA_TBF_PRATE64, BigInt(bucket.peakrate));
  });
}

/**
 *      struct tc_tbf_qopt: rate and peakrate, a tc_ratespec each, limit u32, buffer u32, mtu u32 (both in ticks)
 *      struct tc_ratespec: cell_log u8, linklayer u8, overhead u16, cell_align i16, mpu u16, rate u32
 */
function bucketParameters({ rate, peakrate, limit }: Bucket): Uint8Array {
  const octets = new Uint8Array(36);
  const words = new Uint32Array(octets.buffer);
  octets[1] = tc.TC_LINKLAYER_ETHERNET;
  words[2] = Math.min(rate, 0xffffffff);
  if (peakrate > 0) octets[13] = tc.TC_LINKLAYER_ETHERNET;
  words[5] = Math.min(peakrate, 0xffffffff);
  words[6] = limit;
  return octets;
}

/** Body of a request about the bucket of ours at the root of an interface. */
export function encodeBucketQuery(w: MessageWriter, ifindex: number): void {
  encodeTcHeader(w, ifindex, tc.BUCKET_HANDLE, tc.TC_H_ROOT);
  w.attrText(tc.TCA_KIND, "tbf");
}

/** Body of a request that makes or deletes an interface's ingress queue. */
export function encodeIngress(w: MessageWriter, ifindex: number): void {
  encodeTcHeader(w, ifindex, tc.INGRESS_HANDLE, tc.TC_H_INGRESS);
  w.attrText(tc.TCA_KIND, "ingress");
}

/** The queue of an RTM_NEWQDISC. @throws KernelError `kernel/malformed` */
export function decodeQdisc(message: Message): Qdisc | undefined {
  let kind = "";
  let bucket: Bucket | undefined;
  const row = message.attributes(tc.SIZEOF_TCMSG);
  while (row.next()) {
    if (row.type === tc.TCA_KIND) kind = row.text();
    else if (row.type === tc.TCA_OPTIONS && kind === "tbf") bucket = decodeBucket(row.nested());
  }
  return { ifindex: message.u32(4), handle: message.u32(8), parent: message.u32(12), kind, bucket };
}

function decodeBucket(row: AttributeReader): Bucket | undefined {
  let parameters: Uint32Array | undefined;
  let rate64: bigint | undefined;
  let peakrate64: bigint | undefined;
  while (row.next()) {
    if (row.type === tc.TCA_TBF_PARMS && row.length >= 36) {
      parameters = new Uint32Array(row.bytes().slice(0, 36).buffer);
    } else if (row.type === tc.TCA_TBF_RATE64) rate64 = row.u64();
    else if (row.type === tc.TCA_TBF_PRATE64) peakrate64 = row.u64();
  }
  if (!parameters) return undefined;
  const rate = Number(rate64 ?? parameters[2]!);
  const peakrate = Number(peakrate64 ?? parameters[5]!);
  const octets = (ticks: number, perSecond: number): number => Math.round(ticks * tick * perSecond);
  const burst = octets(parameters[7]!, rate);
  return { rate, burst, limit: parameters[6]!, peakrate, minburst: octets(parameters[8]!, peakrate) };
}
