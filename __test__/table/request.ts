/** The request that a row of `faults.list` needs to show itself. */
import type { ChatRequest } from '../../index.d.ts'
import type { FaultRow } from '../../testing.d.ts'

export type Asked = ChatRequest & { model: string }

export interface Options {
  readonly schema?: boolean
  /** The tool of rows that need one. */
  readonly strict?: boolean
  readonly maxTokens?: number
}

const person = {
  type: 'object',
  // The text last: damage of bytes goes into the last string of an answer.
  properties: { age: { type: 'integer' }, name: { type: 'string' } },
  required: ['age', 'name'],
  additionalProperties: false,
}

export function ask({ asks }: Pick<FaultRow, 'asks'>, { schema, strict, maxTokens }: Options = {}): Asked {
  const lookUp = { name: 'look_up', parameters: person, ...(strict && { strict }) }
  return {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Who was the first woman to fly around the world alone, and at what age?' }],
    ...(asks === 'tools' && { tools: [{ type: 'function', function: lookUp }] }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'person', schema: person } } }),
    ...(maxTokens && { max_completion_tokens: maxTokens }),
  }
}
