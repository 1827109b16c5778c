import type { Ledger } from '../ledger/context.ts'
import { PASSWORD_COST } from './passwords.ts'
import type { People } from './people.ts'
import { secondFactors } from './second-factor.ts'
import { sessions } from './sessions.ts'
import { signOns } from './sign-ons.ts'
import { tokens } from './tokens.ts'
import { users } from './users.ts'

/** `cost`: log2 of scrypt's N. */
export function people(ledger: Ledger, now: () => Date, cost: number = PASSWORD_COST): People {
  return {
    ...users(ledger, now, cost),
    ...secondFactors(ledger, now),
    ...sessions(ledger, now, cost),
    ...signOns(ledger, cost),
    ...tokens(ledger, now),
  }
}
