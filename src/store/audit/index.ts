import type { Ledger } from '../ledger/context.ts'
import type { Audit } from './audit.ts'
import { seals } from './seals.ts'
import { trail } from './trail.ts'

export const auditing = (ledger: Ledger): Audit => ({ ...trail(ledger), ...seals(ledger) })
