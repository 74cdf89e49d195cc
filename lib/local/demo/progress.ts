import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** How far the copy of a promotion is, added up from its checkpoints. */
export interface CopyProgress {
  readonly items: number;
  readonly segments: number;
}

/** Reads all checkpoints of a promotion's copy; before the first there are none. */
export async function readProgress(s3: S3Client, bucket: string, promotionId: string): Promise<CopyProgress> {
  const prefix = `promotions/${promotionId}/dynamodb/import/checkpoints/`;
  let items = 0;
  let segments = 0;
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const checkpoint = JSON.parse((await Body?.transformToString()) ?? '{}');
      items += checkpoint.items.written;
      segments += Object.values<{ done: boolean }>(checkpoint.segments).filter(({ done }) => done).length;
    }
    token = page.NextContinuationToken;
  } while (token);
  return { items, segments };
}

/** One line: items, items a second, segments done, time left. */
export function progressLine(now: CopyProgress, total: { items: number; segments: number }, seconds: number): string {
  const rate = seconds > 0 ? now.items / seconds : 0;
  const left = rate > 0 ? Math.ceil((total.items - now.items) / rate) : null;
  const share = total.items > 0 ? now.items / total.items : 1;
  const width = 24;
  const bar = '#'.repeat(Math.min(width, Math.round(share * width))).padEnd(width, '.');
  return [
    `copying    [${bar}] ${number(now.items)} of ${number(total.items)} items`,
    `${number(Math.round(rate))} items/s`,
    `${now.segments} of ${total.segments} segments`,
    left === null ? 'time left unknown' : `${Math.max(0, left)} s left`,
  ].join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
