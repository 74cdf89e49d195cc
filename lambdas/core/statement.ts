/**
 * A policy statement as data. Placeholders in resources: `${ArtefactBucketArn}`, `${Account}`, `${Region}`,
 * `${Promotion…Arn}`; the stacks replace them.
 */
export interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}
