import { ManxError } from "../../lib/error.ts";

/** The lab itself cannot go on: a program failed or did not answer in time. Never says anything about the cluster. */
export class LabError extends ManxError<"e2e/lab", { readonly what: string }> {
  constructor(what: string, message: string, options?: ErrorOptions) {
    super("e2e/lab", `${what}: ${message}`, { what }, options);
  }
}
