import { isNamesake } from '../owner.ts'
import { patiently } from '../sql/database.ts'
import type { Store } from '../store.ts'
import type { Ledger } from './context.ts'

/** Processes elsewhere that go by this host's name. */
export function namesakes({ database, time }: Ledger): Pick<Store, 'namesakes'> {
  const owners = (table: 'documents' | 'parts') =>
    database.kysely
      .selectFrom(table)
      .select('lease_owner')
      .where('lease_owner', 'is not', null)
      .where('lease_expires_at', '>', time())
      .execute()

  return {
    namesakes: () =>
      patiently(async () => {
        const rows = [...(await owners('documents')), ...(await owners('parts'))]
        // A lease is named by its owner and which of the owner's claims it is.
        const held = rows.map(({ lease_owner }) => (lease_owner ?? '').split(' ').slice(0, -1).join(' '))
        return [...new Set(held.filter(isNamesake))]
      }),
  }
}
