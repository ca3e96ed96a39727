import { create, toBinary } from "@bufbuild/protobuf";
import type { Client, ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import type { Revision } from "../../store.ts";
import { WatchRequestSchema } from "./gen/rpc_pb.js";

/** What a stream is to tell: a range of keys, from a revision on. */
export interface StreamScope {
  readonly key: Buffer;
  readonly rangeEnd: Buffer;
  readonly from: Revision;
}

/**
 * Opens a stream with one watch on it. Its messages come as octets, for `readWatchAnswer`. `hasleader` asks a member to end
 * the stream when it has lost its leader: without it a watch at a member that is cut off hears nothing and does not know.
 */
export function openWatchStream(
  client: Client,
  metadata: Metadata,
  scope: StreamScope,
): ClientDuplexStream<Buffer, Buffer> {
  const same = (octets: Buffer): Buffer => octets;
  const more = metadata.clone();
  more.set("hasleader", "true");
  const stream = client.makeBidiStreamRequest<Buffer, Buffer>("/etcdserverpb.Watch/Watch", same, same, more);
  const value = {
    key: scope.key,
    rangeEnd: scope.rangeEnd,
    startRevision: BigInt(scope.from),
    progressNotify: true,
    fragment: true,
  };
  const request = create(WatchRequestSchema, { requestUnion: { case: "createRequest", value } });
  stream.write(Buffer.from(toBinary(WatchRequestSchema, request)));
  return stream;
}
