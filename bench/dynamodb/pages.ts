import { crc32 } from 'node:zlib';
import { type Dataset, itemsPerPage, makeItem } from './dataset.ts';

/** The part of a Scan answer that is the same whenever the page is served, and the checksum of these bytes. */
export interface CannedPage {
  readonly body: Buffer;
  readonly crc: number;
  readonly items: number;
}

/** A whole Scan answer in two parts, and the checksum of both. */
export interface CannedAnswer {
  readonly parts: readonly [Buffer, Buffer];
  readonly crc: number;
}

/** Builds the n-th page of 1 MB; each has items of its own. */
export function makePage(dataset: Dataset, number: number): CannedPage {
  const items = itemsPerPage[dataset];
  const texts = Array.from({ length: items }, (_, index) => JSON.stringify(makeItem(dataset, number * items + index)));
  const body = Buffer.from(`{"Count":${items},"Items":[${texts.join(',')}]`);
  return { body, crc: crc32(body), items };
}

/** The answer for a page at a place of a segment; `last` leaves out the key after which the scan would go on. */
export function answerOf(page: CannedPage, segment: number, place: number, last: boolean): CannedAnswer {
  const next = last ? '' : `"LastEvaluatedKey":{"pk":{"S":"segment-${segment}"},"sk":{"S":"${place}"}},`;
  const tail = Buffer.from(`,${next}"ScannedCount":${page.items}}`);
  return { parts: [page.body, tail], crc: crc32(tail, page.crc) };
}

/** The place of the page that a Scan asks for: one after that in its start key. */
export function placeOf(scan: { ExclusiveStartKey?: { sk?: { S?: string; N?: string } } }): number {
  const { sk } = scan.ExclusiveStartKey ?? {};
  return sk === undefined ? 0 : Number(sk.S ?? sk.N) + 1;
}
