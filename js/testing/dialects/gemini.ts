/** Gemini `generateContent` and `streamGenerateContent` (as server-sent events): text, functions, structured output. */
import { type DialectAdapter, pieces, type Reply, type ServerEvent } from '../reply.ts'
import type { Schema } from '../schema/types.ts'
import { argumentsOf, textOf } from './content.ts'

export const gemini: DialectAdapter = {
  name: 'gemini',
  matches: (path) => /:(stream)?generateContent$/i.test(path),

  read(body, path) {
    const tools = (body.tools ?? [])
      .flatMap((tool: { functionDeclarations?: Declaration[] }) => tool.functionDeclarations ?? [])
      .map((declared: Declaration) => ({
        name: declared.name,
        schema: declared.parametersJsonSchema ?? declared.parameters ?? { type: 'object' },
      }))
    const config = body.generationConfig ?? {}
    const choice = body.toolConfig?.functionCallingConfig
    const answersTool = (body.contents?.at(-1)?.parts ?? []).some(
      (part: { functionResponse?: unknown }) => part.functionResponse,
    )
    const mayCall = choice?.mode !== 'NONE' && (!answersTool || choice?.mode === 'ANY')
    const allowed = tools.filter((tool: { name: string }) => choice?.allowedFunctionNames?.includes(tool.name) ?? true)
    return {
      model: decodeURIComponent(/models\/([^/:]+)/.exec(path)?.[1] ?? 'unknown'),
      stream: /:streamGenerateContent$/i.test(path),
      includeUsage: true,
      count: config.candidateCount ?? 1,
      prompt: [
        textOf(body.systemInstruction?.parts),
        ...(body.contents ?? []).map((content: { parts: unknown }) => textOf(content.parts)),
      ].join('\n'),
      schema:
        config.responseJsonSchema ??
        config.responseSchema ??
        (config.responseMimeType === 'application/json' ? { type: 'object' } : undefined),
      tools,
      call: mayCall ? allowed[0] : undefined,
    }
  },

  whole(reply, asked) {
    return body(
      reply,
      parts(reply),
      reply.finishReason === undefined ? {} : { finishReason: finishReason(reply.finishReason) },
      asked.count,
    )
  },

  stream(reply, asked) {
    const texts = pieces(reply.text ?? '').map((text) => [{ text }])
    const calls = parts({ ...reply, text: null })
    const steps = calls.length > 0 ? [...texts, calls] : texts
    const finish = reply.finishReason === undefined ? {} : { finishReason: finishReason(reply.finishReason) }
    // The last event carries the finish reason; an answer without text is that event alone.
    return [...steps, [{ text: '' }]].map(
      (part, index): ServerEvent => ({
        data: body(reply, part, index === steps.length ? finish : {}, asked.count),
      }),
    )
  },

  error: ({ status, message }) => ({
    error: { code: status, message, status: STATUS_WORDS[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL') },
  }),
  streamError(problem) {
    return { data: this.error(problem) }
  },
  headers: () => ({ 'x-gemini-service-tier': 'standard' }),
}

type Declaration = { name: string; parameters?: Schema; parametersJsonSchema?: Schema }

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
const STATUS_WORDS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

function finishReason(reason: string | null): string | null {
  switch (reason) {
    case 'stop':
    case 'tool_calls':
      return 'STOP'
    case 'length':
      return 'MAX_TOKENS'
    case 'content_filter':
      return 'SAFETY'
    case 'error':
      return 'OTHER'
    default:
      return reason
  }
}

function parts(reply: Reply): object[] {
  const calls = reply.toolCalls.map((call) => ({
    functionCall: { name: call.name, args: argumentsOf(call.arguments) },
  }))
  return reply.text === null ? calls : [{ text: reply.text }, ...calls]
}

function body(reply: Reply, given: object[], finish: object, count: number) {
  const candidate = { content: { parts: given, role: 'model' }, ...finish }
  return {
    ...(reply.choices === 'given' && {
      candidates: Array.from({ length: count }, (_, index) => ({ ...candidate, index })),
    }),
    ...(reply.choices === 'empty' && { candidates: [] }),
    ...(reply.usage && {
      usageMetadata: {
        promptTokenCount: reply.usage.inputTokens,
        candidatesTokenCount: reply.usage.outputTokens,
        totalTokenCount: reply.usage.inputTokens + reply.usage.outputTokens,
      },
    }),
    modelVersion: reply.model,
    responseId: reply.id,
  }
}
