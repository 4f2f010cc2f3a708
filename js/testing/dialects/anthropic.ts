/** Anthropic messages: text, tools, structured output; neither thinking nor server tools. */
import { type Asked, type DialectAdapter, pieces, type Reply, type ServerEvent } from '../reply.ts'
import type { Schema } from '../schema/types.ts'
import { argumentsOf, textOf } from './content.ts'

export const anthropic: DialectAdapter = {
  name: 'anthropic',
  matches: (path) => path.endsWith('/messages'),

  read(body) {
    const tools = (body.tools ?? [])
      .filter((tool: { input_schema?: unknown }) => tool.input_schema)
      .map((tool: { name: string; input_schema: Schema }) => ({
        name: tool.name,
        schema: tool.input_schema,
      }))
    const last = body.messages?.at(-1)?.content
    const answersTool = Array.isArray(last) && last.some((block) => block?.type === 'tool_result')
    const format = body.output_config?.format ?? body.output_format
    return {
      model: String(body.model),
      stream: body.stream === true,
      includeUsage: true,
      count: 1,
      prompt: [
        textOf(body.system),
        ...(body.messages ?? []).map((message: { content: unknown }) => textOf(message.content)),
      ].join('\n'),
      schema: format?.type === 'json_schema' ? (format.schema ?? true) : undefined,
      tools,
      call: calledTool(tools, body.tool_choice, answersTool),
    }
  },

  whole: (reply) => ({
    id: `msg_${reply.id}`,
    type: 'message',
    role: 'assistant',
    model: reply.model,
    ...(reply.choices !== 'absent' && { content: blocks(reply) }),
    ...(reply.finishReason !== undefined && { stop_reason: stopReason(reply.finishReason) }),
    stop_sequence: null,
    ...(reply.usage && { usage: spellUsage(reply.usage) }),
  }),

  stream(reply) {
    const events: { type: string; [key: string]: unknown }[] = []
    const message = {
      id: `msg_${reply.id}`,
      type: 'message',
      role: 'assistant',
      model: reply.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
    }
    events.push({
      type: 'message_start',
      message: { ...message, usage: spellUsage({ inputTokens: reply.usage?.inputTokens ?? 0, outputTokens: 1 }) },
    })
    for (const [index, block] of blocks(reply).entries()) {
      const opened = block.type === 'text' ? { text: '' } : { input: {} }
      events.push({ type: 'content_block_start', index, content_block: { ...block, ...opened } })
      for (const delta of deltas(reply, block)) events.push({ type: 'content_block_delta', index, delta })
      events.push({ type: 'content_block_stop', index })
    }
    if (reply.finishReason !== undefined) {
      const usage = reply.usage && { output_tokens: reply.usage.outputTokens }
      events.push({
        type: 'message_delta',
        delta: { stop_reason: stopReason(reply.finishReason), stop_sequence: null },
        ...(usage && { usage }),
      })
    }
    events.push({ type: 'message_stop' })
    return events.map((data): ServerEvent => ({ event: data.type, data }))
  },

  error: ({ status, message, type }) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? type ?? (status < 500 ? 'invalid_request_error' : 'api_error'), message },
    request_id: 'req_test',
  }),
  streamError(problem) {
    return { event: 'error', data: this.error(problem) }
  },
  headers: (reply) => ({ 'request-id': `req_${reply.id}`, 'anthropic-organization-id': 'test' }),
}

/** https://docs.anthropic.com/en/api/errors */
const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

function calledTool(
  tools: Asked['tools'],
  choice: { type?: string; name?: string } | undefined,
  answersTool: boolean,
): Asked['call'] {
  if (choice?.type === 'tool') return tools.find((tool) => tool.name === choice.name)
  if (choice?.type === 'none' || (answersTool && choice?.type !== 'any')) return undefined
  return tools[0]
}

function stopReason(reason: string | null): string | null {
  switch (reason) {
    case 'stop':
      return 'end_turn'
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    case 'content_filter':
      return 'refusal'
    default:
      return reason
  }
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown }

function blocks(reply: Reply): Block[] {
  if (reply.choices !== 'given') return []
  const calls = reply.toolCalls.map(
    (call): Block => ({ type: 'tool_use', id: call.id, name: call.name, input: argumentsOf(call.arguments) }),
  )
  return reply.text === null ? calls : [{ type: 'text', text: reply.text }, ...calls]
}

function deltas(reply: Reply, block: Block): object[] {
  if (block.type === 'text') return pieces(block.text).map((text) => ({ type: 'text_delta', text }))
  const spelled = reply.toolCalls.find((call) => call.id === block.id)?.arguments ?? ''
  return pieces(spelled).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
}

function spellUsage(usage: NonNullable<Reply['usage']>) {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: usage.outputTokens,
    service_tier: 'standard',
  }
}
