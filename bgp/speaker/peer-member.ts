import { Writer } from "../../lib/writer.ts";
import type { Family } from "../../net/family.ts";
import type { GroupMember } from "../export/update-group.ts";
import { writeRouteRefresh } from "../message/route-refresh.ts";
import { writeEndOfRib } from "../message/update.ts";

/** Subtypes of ROUTE-REFRESH that frame an answer (RFC 7313 3.2). */
const begin = 1;
const end = 2;

/**
 * A peer as its update group of one family sees it, for as long as its session lasts. `send` takes whole messages;
 * `isFramed`: both sides know enhanced route refresh (RFC 7313), so that what answers a request stands between BoRR and
 * EoRR. Before the first End-of-RIB there is no frame (RFC 7313 4), and a request within a frame begins no other: what it
 * asks for comes once more within the same.
 */
export function peerMember(
  peer: number,
  family: Family,
  isFramed: boolean,
  send: (bytes: Uint8Array) => boolean,
): GroupMember {
  let isTold = false;
  let isRefreshing = false;
  return {
    peer,
    send,
    onRefresh() {
      if (!isFramed || !isTold || isRefreshing) return;
      isRefreshing = true;
      send(writeRouteRefresh(new Writer(32), family, begin).take());
    },
    onSynced() {
      if (!isTold) send(writeEndOfRib(new Writer(32), family).take());
      if (isRefreshing) send(writeRouteRefresh(new Writer(32), family, end).take());
      isTold = true;
      isRefreshing = false;
    },
  };
}
