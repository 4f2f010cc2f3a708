/** Calls of tools that an application could not carry out. */
import { type Step, says } from '../fault.ts'
import type { Asked, Reply, ToolCall } from '../reply.ts'
import { sample } from '../schema/sample.ts'
import { violate } from '../schema/violate.ts'
import { rows } from './row.ts'

export function undeclaredTool(name = 'delete_everything'): Step {
  return says('undeclared tool', (reply) => calling(reply, { name, arguments: '{}' }))
}

export function brokenArguments(): Step {
  return says('broken arguments', (reply, asked) => {
    const tool = toolOf(asked)
    const text = JSON.stringify(sample(tool.schema))
    return calling(reply, { name: tool.name, arguments: text.slice(0, Math.ceil(text.length / 2)) })
  })
}

export function argumentViolation(): Step {
  return says('argument violation', (reply, asked) => {
    const tool = toolOf(asked)
    return calling(reply, { name: tool.name, arguments: JSON.stringify(violate(tool.schema, 'type')) })
  })
}

/** The tool that would be called, or any declared one. */
function toolOf(asked: Asked): Asked['tools'][number] {
  return asked.call ?? asked.tools[0] ?? { name: 'undeclared', schema: { type: 'object' } }
}

function calling(reply: Reply, call: Omit<ToolCall, 'id'>): Partial<Reply> {
  return { text: null, toolCalls: [{ id: `call_${reply.id}`, ...call }], finishReason: 'tool_calls' }
}

// biome-ignore format: a table
export const toolsRows = rows('tools', [
  ['undeclared-tool',    'contract', 'fail', 'tools', '', () => undeclaredTool(),    'a call of a tool that the request does not declare'],
  ['broken-arguments',   'contract', 'fail', 'tools', '', () => brokenArguments(),   'arguments that are no JSON'],
  ['argument-violation', 'contract', 'any',  'tools', '', () => argumentViolation(), 'arguments that break the schema; fails where the tool is strict'],
])
