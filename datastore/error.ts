import { ManxError } from "../lib/error.ts";
import { type Problem, problemText } from "./problem.ts";

interface About {
  /** `Kind(name)` or `Kind(namespace/name)`. */
  readonly object: string;
}

/** The object to be created is there already. */
export class ResourceExists extends ManxError<"datastore/exists", About> {
  constructor(object: string) {
    super("datastore/exists", `resource already exists: ${object}`, { object });
  }
}

/** The object is not there. */
export class ResourceAbsent extends ManxError<"datastore/absent", About> {
  constructor(object: string) {
    super("datastore/absent", `resource does not exist: ${object}`, { object });
  }
}

/** Somebody else changed the object since it was read; get it again. */
export class UpdateConflict extends ManxError<"datastore/conflict", About & { readonly resourceVersion: string }> {
  constructor(object: string, resourceVersion: string) {
    const message = `update conflict: ${object} was changed since resourceVersion ${resourceVersion}; get it again`;
    super("datastore/conflict", message, { object, resourceVersion });
  }
}

/** The object may not be written or deleted as it is; every reason is in the message, one a line. */
export class ResourceInvalid extends ManxError<"datastore/invalid", { readonly problems: readonly Problem[] }> {
  constructor(problems: readonly Problem[]) {
    super("datastore/invalid", problems.map(problemText).join("\n"), { problems });
  }
}
