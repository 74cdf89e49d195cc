/** The tag that a created table carries: its value is the ARN of the source table, never the promotion. */
export const ownershipTag = 'cross-account-promoter';
