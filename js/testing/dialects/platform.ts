/**
 * What surrounds model calls at OpenAI: lists, embeddings, files. Little more than their shapes, so that paging,
 * uploads and traffic that is no model call can be tested.
 */
import type { RecordedRequest } from '../../../testing.d.ts'

/** The body for a request that is no model call, or `undefined` where nothing is known at its path. */
export function platformAnswer(request: RecordedRequest, models: readonly string[]): unknown {
  const url = new URL(request.path, 'http://provider')
  const route = `${request.method} ${url.pathname.replace(/^.*\/v\d[^/]*(?=\/)/, '')}`
  switch (route) {
    case 'GET /models':
      return { object: 'list', data: models.map(model) }
    case 'GET /files':
      return page(FILES.map(file), url.searchParams)
    case 'POST /files':
      return file(/filename="([^"]*)"/.exec(request.body)?.[1] ?? 'upload', 0)
    case 'POST /embeddings':
      return embeddings(request.json)
    default:
      return route.startsWith('GET /models/')
        ? model(decodeURIComponent(route.slice('GET /models/'.length)))
        : undefined
  }
}

const FILES = ['first.jsonl', 'second.jsonl', 'third.jsonl', 'fourth.jsonl', 'fifth.jsonl']

function model(id: string) {
  return { id, object: 'model', created: 1_735_689_600, owned_by: 'test' }
}

function file(filename: string, index: number) {
  return {
    id: `file-${index + 1}`,
    object: 'file',
    bytes: 140,
    created_at: 1_735_689_600,
    filename,
    purpose: 'assistants',
    status: 'processed',
  }
}

/** Two a page unless `limit` says otherwise, so that five files make three pages. */
function page(items: { id: string }[], query: URLSearchParams) {
  const from = items.findIndex((item) => item.id === query.get('after')) + 1
  const data = items.slice(from, from + Number(query.get('limit') ?? 2))
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + data.length < items.length,
  }
}

/** Vectors of 8 dimensions unless asked otherwise; equal inputs have equal vectors of length 1. */
// biome-ignore lint/suspicious/noExplicitAny: the body is whatever the client sent
function embeddings(body: any) {
  const inputs: unknown[] = Array.isArray(body?.input) && typeof body.input[0] !== 'number' ? body.input : [body?.input]
  const data = inputs.map((input, index) => {
    const vector = embed(JSON.stringify(input) ?? '', body?.dimensions ?? 8)
    const embedding = body?.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
    return { object: 'embedding', index, embedding }
  })
  const tokens = Math.ceil(JSON.stringify(inputs).length / 4)
  return { object: 'list', data, model: body?.model, usage: { prompt_tokens: tokens, total_tokens: tokens } }
}

function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  for (let at = 0; at < text.length; at += 1) {
    const slot = (text.charCodeAt(at) * 31 + at) % dimensions
    vector[slot] = (vector[slot] ?? 0) + 1
  }
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}
