// What every command of `correctover` has.

import type { Terminal } from './terminal.ts'

export interface Command {
  /** In one line, for the list of commands. */
  readonly summary: string
  readonly help: string
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>
}

/** Findings are what a command looks for; whoever runs it in CI wants to tell them from a broken command line. */
export const EXIT = { good: 0, findings: 1, usage: 2, internal: 3 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
