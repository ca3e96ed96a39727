import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { CallOptions, Client, Metadata } from "@grpc/grpc-js";
import {
  AuthenticateRequestSchema,
  AuthenticateResponseSchema,
  CompactionRequestSchema,
  CompactionResponseSchema,
  LeaseGrantRequestSchema,
  LeaseGrantResponseSchema,
  LeaseRevokeRequestSchema,
  LeaseRevokeResponseSchema,
  RangeRequestSchema,
  StatusRequestSchema,
  StatusResponseSchema,
  TxnRequestSchema,
  TxnResponseSchema,
} from "./gen/rpc_pb.js";

/** A unary method of etcd: its path, and how its messages are written and read. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly write: (request: Request) => Buffer;
  readonly read: (octets: Buffer) => Response;
}

function writer<I extends DescMessage>(request: I): (init: MessageInitShape<I>) => Buffer {
  return (init) => {
    const octets = toBinary(request, create(request, init));
    return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  };
}

function method<I extends DescMessage, O extends DescMessage>(
  path: string,
  request: I,
  response: O,
): Method<MessageInitShape<I>, MessageShape<O>> {
  return { path: `/etcdserverpb.${path}`, write: writer(request), read: (octets) => fromBinary(response, octets) };
}

/** Range, its answer left as octets: lists are read by `decode.ts`, page by page. */
export const range: Method<MessageInitShape<typeof RangeRequestSchema>, Buffer> = {
  path: "/etcdserverpb.KV/Range",
  write: writer(RangeRequestSchema),
  read: (octets) => octets,
};

/** One transaction: compares, and what happens when they hold or fail. */
export const txn = method("KV/Txn", TxnRequestSchema, TxnResponseSchema);
/** Forgets history. */
export const compaction = method("KV/Compact", CompactionRequestSchema, CompactionResponseSchema);
/** A new lease. */
export const leaseGrant = method("Lease/LeaseGrant", LeaseGrantRequestSchema, LeaseGrantResponseSchema);
/** The end of a lease and of its keys. */
export const leaseRevoke = method("Lease/LeaseRevoke", LeaseRevokeRequestSchema, LeaseRevokeResponseSchema);
/** A token for a name and a password. */
export const authenticate = method("Auth/Authenticate", AuthenticateRequestSchema, AuthenticateResponseSchema);
/** Version and health of one member. */
export const memberStatus = method("Maintenance/Status", StatusRequestSchema, StatusResponseSchema);

/** Calls a unary method once. Rejects with gRPC's ServiceError. */
export function call<I, O>(
  client: Client,
  how: Method<I, O>,
  request: I,
  metadata: Metadata,
  options: CallOptions,
): Promise<O> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(how.path, how.write, how.read, request, metadata, options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer as O);
    });
  });
}
