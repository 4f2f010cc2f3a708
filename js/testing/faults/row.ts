/** The columns of the fault tables. One row is one fault as a table test meets it. */
import type { FaultRow } from '../../../testing.d.ts'

type Columns = [
  name: string,
  shows: FaultRow['shows'],
  outcome: FaultRow['outcome'],
  asks: FaultRow['asks'],
  hangs: '' | 'hangs',
  fault: FaultRow['fault'],
  says: string,
]

export function rows(family: string, table: readonly Columns[]): FaultRow[] {
  return table.map(([name, shows, outcome, asks, hangs, fault, says]) => ({
    name,
    family,
    says,
    shows,
    outcome,
    asks,
    hangs: hangs === 'hangs',
    fault,
  }))
}
