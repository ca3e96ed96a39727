import type { MalformedMessage } from "../session/malformed.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { SpeakerPeer } from "./speaker-peer.ts";

/** What is known of a peer beyond its line in the status. */
export interface PeerDetail {
  readonly localAsn: number;
  readonly holdTimeSeconds: number;
  readonly negotiated: Negotiated | undefined;
  /** The last malformed UPDATEs, oldest first. */
  readonly malformed: readonly MalformedMessage[];
  /** Octets that wait for the kernel to take them. */
  readonly queuedBytes: number;
}

/** What is known of a peer; `asn` is the speaker's own. */
export function peerDetail({ config, negotiated, session }: SpeakerPeer, asn: number): PeerDetail {
  return {
    localAsn: config.localAsn ?? asn,
    holdTimeSeconds: config.holdTimeSeconds ?? 90,
    negotiated,
    malformed: session.malformed(),
    queuedBytes: session.queuedBytes,
  };
}
