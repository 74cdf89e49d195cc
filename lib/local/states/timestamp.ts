const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 moment as a Wait state takes it: with `T`, with an offset, up to nine digits of a second.
 * Answers milliseconds since the epoch, null when the text is not such a moment or names no real day or time.
 */
export function parseTimestamp(text: string): number | null {
  const parts = RFC3339.exec(text);
  if (!parts) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return null;
  const milliseconds = `${parts[7] ?? ''}000`.slice(0, 3);
  const moment = Date.parse(`${text.slice(0, 19)}.${milliseconds}${parts[8]}`);
  return Number.isNaN(moment) ? null : moment;
}
