/** The dialects, in the order in which a path is tried. */
import type { Dialect } from '../../../testing.d.ts'
import type { DialectAdapter } from '../reply.ts'
import { anthropic } from './anthropic.ts'
import { gemini } from './gemini.ts'
import { openai } from './openai.ts'
import { responses } from './responses.ts'

export const dialects: Record<Dialect, DialectAdapter> = { openai, responses, anthropic, gemini }

/** What each vendor's SDK expects its base URL to end with. */
export const basePaths: Record<Dialect, string> = { openai: '/v1', responses: '/v1', anthropic: '', gemini: '' }

export function dialectOf(path: string): DialectAdapter | undefined {
  return Object.values(dialects).find((dialect) => dialect.matches(path))
}
