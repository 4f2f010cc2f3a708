#!/usr/bin/env node
// The command `correctover`: finds the command that is asked for, and says in its exit code how it went.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../errors.ts'
import { UsageError } from './arguments.ts'
import { audit } from './audit.ts'
import { type Command, EXIT, type ExitCode } from './command.ts'
import { printable, Terminal } from './terminal.ts'

const COMMANDS: Readonly<Record<string, Command>> = { audit }

async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = '', ...rest] = args
  if (name === '--version' || name === '-v') return say(terminal, version())
  if (name === '--help' || name === '-h' || name === 'help') return say(terminal, help())
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    terminal.tell(name === '' ? help() : `correctover: no command ${printable(name)}; see correctover --help`)
    return EXIT.usage
  }
  const end = rest.indexOf('--')
  const options = end === -1 ? rest : rest.slice(0, end)
  if (options.includes('--help') || options.includes('-h')) return say(terminal, command.help)
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    terminal.clearProgress()
    if (!(error instanceof UsageError) && !ConfigError.isInstance(error)) throw error
    terminal.tell(`correctover ${name}: ${printable(error.message)}`)
    return EXIT.usage
  }
}

function help(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'Usage: correctover COMMAND …',
    '',
    ...rows,
    '',
    'correctover COMMAND --help tells more.',
    'Exit codes: 0 good, 1 findings, 2 wrong use or unreadable input, 3 a fault of correctover.',
  ].join('\n')
}

function version(): string {
  return JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')).version
}

async function say(terminal: Terminal, text: string): Promise<ExitCode> {
  await terminal.write(`${text}\n`)
  return EXIT.good
}

const terminal = new Terminal()
main(process.argv.slice(2), terminal)
  .catch((error: unknown) => {
    terminal.tell(`correctover: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return EXIT.internal
  })
  .then((code) => {
    // Not `exit()`: what is still on its way to a pipe must arrive.
    process.exitCode = code
  })
