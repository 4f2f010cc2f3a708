/**
 * `correctover/testing`. The manual is `testing.d.ts` at the root of the package; the annotations here hold
 * the code to it.
 */
import type * as Manual from '../../testing.d.ts'
import { faults as allFaults } from './faults/index.ts'
import { startProvider } from './provider.ts'

export const provider: typeof Manual.provider = startProvider
export const faults: typeof Manual.faults = allFaults
