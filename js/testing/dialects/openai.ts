/** OpenAI chat completions, also as spoken by Azure, OpenRouter, vLLM and the other compatible brands. */
import { type Asked, type DialectAdapter, pieces, type Reply, type ServerEvent, type ToolCall } from '../reply.ts'
import type { Schema } from '../schema/types.ts'
import { textOf } from './content.ts'

export const openai: DialectAdapter = {
  name: 'openai',
  matches: (path) => path.endsWith('/chat/completions'),

  read(body) {
    const tools = (body.tools ?? [])
      .filter((tool: { function?: unknown }) => tool.function)
      .map((tool: OpenAiTool) => ({
        name: tool.function.name,
        schema: tool.function.parameters ?? { type: 'object' },
      }))
    const format = body.response_format
    return {
      model: String(body.model),
      stream: body.stream === true,
      includeUsage: body.stream_options?.include_usage === true,
      count: body.n ?? 1,
      prompt: (body.messages ?? []).map((message: { content: unknown }) => textOf(message.content)).join('\n'),
      schema:
        format?.type === 'json_schema'
          ? (format.json_schema?.schema ?? true)
          : format?.type === 'json_object'
            ? { type: 'object' }
            : undefined,
      tools,
      call: calledTool(tools, body.tool_choice, body.messages?.at(-1)?.role === 'tool'),
    }
  },

  whole(reply, asked) {
    const choice = {
      message: {
        role: 'assistant',
        content: reply.text,
        ...(reply.toolCalls.length > 0 && { tool_calls: reply.toolCalls.map(spellCall) }),
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      ...(reply.finishReason !== undefined && { finish_reason: reply.finishReason }),
    }
    return {
      id: `chatcmpl-${reply.id}`,
      object: 'chat.completion',
      created: reply.created,
      model: reply.model,
      ...(reply.choices === 'given' && {
        choices: Array.from({ length: asked.count }, (_, index) => ({ index, ...choice })),
      }),
      ...(reply.choices === 'empty' && { choices: [] }),
      ...(reply.usage && { usage: spellUsage(reply.usage) }),
      service_tier: 'default',
      system_fingerprint: 'fp_test',
    }
  },

  stream(reply, asked) {
    const base = {
      id: `chatcmpl-${reply.id}`,
      object: 'chat.completion.chunk',
      created: reply.created,
      model: reply.model,
      service_tier: 'default',
      system_fingerprint: 'fp_test',
    }
    const chunk = (delta: object, finish: string | null = null, index = 0): ServerEvent => ({
      data: {
        ...base,
        ...(reply.choices === 'given' && { choices: [{ index, delta, logprobs: null, finish_reason: finish }] }),
        ...(reply.choices === 'empty' && { choices: [] }),
        ...(asked.includeUsage && { usage: null }),
      },
    })
    const events: ServerEvent[] = []
    for (let index = 0; index < asked.count; index += 1) {
      const calls = reply.toolCalls.flatMap((call, position) => callDeltas(call, position))
      events.push(chunk({ role: 'assistant', content: calls.length > 0 ? null : '', refusal: null }, null, index))
      for (const content of pieces(reply.text ?? '')) events.push(chunk({ content }, null, index))
      for (const delta of calls) events.push(chunk(delta, null, index))
      if (reply.finishReason !== undefined) events.push(chunk({}, reply.finishReason, index))
    }
    if (asked.includeUsage && reply.usage)
      events.push({ data: { ...base, choices: [], usage: spellUsage(reply.usage) } })
    return [...events, { data: '[DONE]' }]
  },

  error: ({ message, type, code }) => ({
    error: { message, type: type ?? 'server_error', param: null, code: code ?? null },
  }),
  streamError(problem) {
    return { data: this.error(problem) }
  },
  headers: (reply) => ({
    'x-request-id': `req_${reply.id}`,
    'openai-processing-ms': '1',
    'openai-version': '2020-10-01',
  }),
}

type OpenAiTool = { function: { name: string; parameters?: Schema } }

/** The tool that `tool_choice` names or requires; with `auto`, the first one as long as no result has come back. */
export function calledTool(tools: Asked['tools'], choice: unknown, answersTool: boolean): Asked['call'] {
  const named = choice as { function?: { name?: string }; name?: string } | null | undefined
  const name = typeof choice === 'object' ? (named?.function?.name ?? named?.name) : undefined
  if (name !== undefined) return tools.find((tool) => tool.name === name)
  if (choice === 'none' || (answersTool && choice !== 'required')) return undefined
  return tools[0]
}

function spellCall(call: ToolCall) {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

function callDeltas(call: ToolCall, index: number): object[] {
  const opening = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }
  return [opening, ...pieces(call.arguments).map((part) => ({ index, function: { arguments: part } }))].map((part) => ({
    tool_calls: [part],
  }))
}

function spellUsage(usage: NonNullable<Reply['usage']>) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
