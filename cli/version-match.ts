import { parseCalicoVersion } from "../datastore/calico-version.ts";
import { parseJson } from "../datastore/json.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import type { Store } from "../datastore/store.ts";
import type { Shell } from "./shell.ts";
import { fieldOf } from "./template/value.ts";

/** The newest Calico whose objects we know, as major and minor version. */
const newest = [3, 33] as const;
/** The oldest one. */
const oldest = [3, 26] as const;

const path = resourcePath({ kind: "ClusterInformation", name: "default" });

function calicoVersionIn(text: string): string {
  const parsed = parseJson(text);
  const version = parsed.ok ? fieldOf(fieldOf(parsed.value, "spec"), "calicoVersion") : undefined;
  return typeof version === "string" ? version : "";
}

/** Why a cluster's version is none that we know, or undefined; a cluster that names none is ours. */
export function mismatchOf(calicoVersion: string): string | undefined {
  const known = parseCalicoVersion(calicoVersion);
  if (!known) return undefined;
  const at = known.major * 1000 + known.minor;
  if (at >= oldest[0] * 1000 + oldest[1] && at <= newest[0] * 1000 + newest[1]) return undefined;
  const range = `v${oldest.join(".")} to v${newest.join(".")}`;
  return `version mismatch: the cluster is of Calico ${calicoVersion}, the objects of ${range} are known here; fields that are not known are kept`;
}

/**
 * Says so when the cluster is of a Calico whose objects may look otherwise. calicoctl refuses to work with any version but its
 * own; ours has none of Calico's to compare, and keeps what it does not know, so it warns and goes on.
 */
export async function warnOfVersion(shell: Shell, store: Store): Promise<void> {
  const entry = await store.get(path);
  const why = entry && mismatchOf(calicoVersionIn(entry.value));
  if (why !== undefined) shell.complain(`warning: ${why} (--allow-version-mismatch says nothing of it)\n`);
}
