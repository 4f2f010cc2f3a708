/** The text of a message, whose content is a string in some places and a list of parts in others. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (typeof part === 'string' ? part : String(part?.text ?? ''))).join('')
}

/** The arguments of a call, for dialects that send them as a value; what is no JSON stays the string it is. */
export function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
