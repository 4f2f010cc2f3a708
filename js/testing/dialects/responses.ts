/** OpenAI Responses: text, function calls, structured output; neither conversations nor built-in tools. */
import { type DialectAdapter, pieces, type Reply, type ServerEvent } from '../reply.ts'
import type { Schema } from '../schema/types.ts'
import { textOf } from './content.ts'
import { calledTool, openai } from './openai.ts'

export const responses: DialectAdapter = {
  name: 'responses',
  matches: (path) => path.endsWith('/responses'),

  read(body) {
    const input = typeof body.input === 'string' ? [{ content: body.input }] : (body.input ?? [])
    const tools = (body.tools ?? [])
      .filter((tool: { type?: string }) => tool.type === 'function')
      .map((tool: { name: string; parameters?: Schema }) => ({
        name: tool.name,
        schema: tool.parameters ?? { type: 'object' },
      }))
    const format = body.text?.format
    return {
      model: String(body.model),
      stream: body.stream === true,
      includeUsage: true,
      count: 1,
      prompt: [body.instructions ?? '', ...input.map((item: { content: unknown }) => textOf(item.content))].join('\n'),
      schema:
        format?.type === 'json_schema'
          ? (format.schema ?? true)
          : format?.type === 'json_object'
            ? { type: 'object' }
            : undefined,
      tools,
      call: calledTool(tools, body.tool_choice, input.at(-1)?.type === 'function_call_output'),
    }
  },

  whole: (reply) => response(reply, output(reply)),

  stream(reply) {
    const events: Event[] = []
    const started = { ...response({ ...reply, usage: null }, []), status: 'in_progress' }
    events.push({ type: 'response.created', response: started }, { type: 'response.in_progress', response: started })
    for (const [output_index, item] of output(reply).entries()) {
      const place = { item_id: item.id, output_index }
      events.push({
        type: 'response.output_item.added',
        output_index,
        item: { ...item, status: 'in_progress', ...opened(item) },
      })
      if (item.type === 'message') {
        const part = { ...place, content_index: 0 }
        const text = reply.text ?? ''
        events.push({
          type: 'response.content_part.added',
          ...part,
          part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
        })
        for (const delta of pieces(text))
          events.push({ type: 'response.output_text.delta', ...part, delta, logprobs: [] })
        events.push({ type: 'response.output_text.done', ...part, text, logprobs: [] })
        events.push({
          type: 'response.content_part.done',
          ...part,
          part: { type: 'output_text', text, annotations: [], logprobs: [] },
        })
      } else {
        for (const delta of pieces(item.arguments))
          events.push({ type: 'response.function_call_arguments.delta', ...place, delta })
        events.push({
          type: 'response.function_call_arguments.done',
          ...place,
          name: item.name,
          arguments: item.arguments,
        })
      }
      events.push({ type: 'response.output_item.done', output_index, item })
    }
    const ended = response(reply, output(reply))
    if (reply.finishReason !== undefined) events.push({ type: `response.${ended.status}`, response: ended })
    return events.map(
      (event, sequence_number): ServerEvent => ({ event: event.type, data: { ...event, sequence_number } }),
    )
  },

  error: openai.error,
  streamError: ({ message, code }) => ({
    event: 'error',
    data: { type: 'error', code: code ?? 'server_error', message, param: null, sequence_number: 99 },
  }),
  headers: openai.headers,
}

type Message = { type: 'message'; id: string; status: string; role: string; content: object[] }
type FunctionCall = {
  type: 'function_call'
  id: string
  call_id: string
  name: string
  arguments: string
  status: string
}
type Item = Message | FunctionCall
type Event = { readonly type: string; readonly [key: string]: unknown }

function output(reply: Reply): Item[] {
  if (reply.choices !== 'given') return []
  const calls = reply.toolCalls.map(
    (call): Item => ({
      type: 'function_call',
      id: `fc_${call.id}`,
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
      status: 'completed',
    }),
  )
  if (reply.text === null) return calls
  const content = [{ type: 'output_text', text: reply.text, annotations: [], logprobs: [] }]
  return [{ type: 'message', id: `msg_${reply.id}`, status: 'completed', role: 'assistant', content }, ...calls]
}

/** How an item looks before its first delta. */
function opened(item: Item) {
  return item.type === 'message' ? { content: [] } : { arguments: '' }
}

/** How a finish reason shows here: as a status, with the reason beside it. */
function ending(reason: Reply['finishReason']) {
  switch (reason) {
    case 'stop':
    case 'tool_calls':
      return { status: 'completed', error: null, incomplete_details: null }
    case 'length':
      return { status: 'incomplete', error: null, incomplete_details: { reason: 'max_output_tokens' } }
    case 'error':
      return {
        status: 'failed',
        error: { code: 'server_error', message: 'The model produced an error.' },
        incomplete_details: null,
      }
    case undefined:
      return { status: undefined, error: null, incomplete_details: null }
    case null:
      return { status: null, error: null, incomplete_details: null }
    default:
      return { status: 'incomplete', error: null, incomplete_details: { reason } }
  }
}

function response(reply: Reply, items: Item[]) {
  return {
    id: `resp_${reply.id}`,
    object: 'response',
    created_at: reply.created,
    ...ending(reply.finishReason),
    instructions: null,
    max_output_tokens: null,
    model: reply.model,
    ...(reply.choices !== 'absent' && { output: items }),
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: reply.usage && {
      input_tokens: reply.usage.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: reply.usage.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: reply.usage.inputTokens + reply.usage.outputTokens,
    },
    metadata: {},
  }
}
