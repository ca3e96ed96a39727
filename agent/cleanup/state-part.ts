import { remove } from "../../lib/change.ts";
import type { StatusSink } from "../endpoint-status/sink.ts";
import type { CleanupPart } from "./part.ts";

/** What says that endpoints are up: they are not, once their routes and rules are gone. */
export function statePart(sink: StatusSink, name = "endpoint states"): CleanupPart {
  return {
    name,
    find: async () => [...(await sink.list()).keys()],
    remove: async () => sink.write([...(await sink.list()).keys()].map((name) => remove(name))),
  };
}
