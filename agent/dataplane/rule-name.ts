/** What the rule is called that drops what comes from an address that its workload does not have. */
export const forgedSource = "the source is no address of this endpoint";

/** What the rule is called that drops what comes from or goes to a workload's interface that no endpoint has. */
export const unknownInterface = "no endpoint has this interface";
