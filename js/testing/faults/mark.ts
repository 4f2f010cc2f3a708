/**
 * A place in the text of an answer, found again in the bytes of the body. Bytes that no JSON encoder would
 * write, and texts too long to hold, come into an answer of any dialect this way.
 */

/** One word, so that a stream sends it in one piece; plain letters, so that no encoder changes it. */
export const MARK = 'QZMARKZQ'

/** Puts it into the text; into the last string of a text that is JSON, so that it stays JSON. */
export function inText(text: string | null, what: string): string {
  if (text === null) return what
  const place = /"\s*[\]}][\]}\s,]*$/.exec(text)?.index ?? text.length
  return text.slice(0, place) + (place === text.length ? ' ' : '') + what + text.slice(place)
}

export function replaced(body: Buffer, bytes: Buffer): Buffer {
  const [before, after] = around(body)
  return Buffer.concat([before, bytes, after])
}

/** What stands before and behind the mark. */
export function around(body: Buffer): [Buffer, Buffer] {
  const at = body.indexOf(MARK)
  return at < 0 ? [body, Buffer.alloc(0)] : [body.subarray(0, at), body.subarray(at + MARK.length)]
}
