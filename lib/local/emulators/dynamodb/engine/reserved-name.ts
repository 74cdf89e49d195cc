/**
 * dynalite copies attributes into plain objects, where assigning `__proto__` sets the prototype and loses the attribute,
 * which DynamoDB takes like any other. So the name travels through it as another one of the same length that nobody
 * uses, and is put back on the way out.
 */
const name = Buffer.from('"__proto__"');
const standIn = Buffer.from('"\u007f_proto__"');

/** A request body as dynalite may see it. */
export const hideReservedName = (body: Buffer): Buffer => exchange(body, name, standIn);

/** An answer as the client may see it. */
export const showReservedName = (body: Buffer): Buffer => exchange(body, standIn, name);

function exchange(body: Buffer, from: Buffer, to: Buffer): Buffer {
  let at = body.indexOf(from);
  if (at === -1) return body;
  const changed = Buffer.from(body);
  for (; at !== -1; at = body.indexOf(from, at + from.length)) to.copy(changed, at);
  return changed;
}
