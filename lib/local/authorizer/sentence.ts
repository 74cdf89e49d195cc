/** What a refusal tells. */
export interface Refused {
  /** ARN of the caller. */
  readonly user: string;
  /** `s3:GetObject`. */
  readonly action: string;
  /** Null where the action has none, or where the service does not tell. */
  readonly resource: string | null;
  /** `no identity-based policy allows the s3:GetObject action`, `with an explicit deny in …`, or empty. */
  readonly reason: string;
}

/** The sentence of AWS for a denied call ("Troubleshoot access denied error messages" in the IAM guide). */
export function refusalSentence({ user, action, resource, reason }: Refused): string {
  const on = resource === null ? '' : ` on resource: ${resource}`;
  const because = reason === '' || reason.startsWith('with ') ? reason : `because ${reason}`;
  return `User: ${user} is not authorized to perform: ${action}${on}${because && ` ${because}`}`;
}
