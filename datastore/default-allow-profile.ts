import type { Profile } from "./model/profile.ts";
import { apiVersion } from "./model/resource.ts";

/** The name of the profile that every store has without storing it. */
export const defaultAllowName = "projectcalico-default-allow";

/** The built-in profile that allows everything; Calico's clients make it up on reading (etcdv3.go). */
export const defaultAllowProfile: Profile = {
  kind: "Profile",
  apiVersion,
  metadata: { name: defaultAllowName },
  spec: {
    ingress: [{ action: "Allow", source: {}, destination: {} }],
    egress: [{ action: "Allow", source: {}, destination: {} }],
  },
};
