import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import { leaveLetters } from '../letter/flow.tsx'
import { Audit } from './audit.tsx'
import { Retention } from './retention.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'
import { Users } from './users.tsx'

const tabs: Readonly<Record<string, { readonly name: string; readonly show: FunctionComponent }>> = {
  users: { name: 'Users', show: Users },
  sessions: { name: 'Sessions', show: Sessions },
  tokens: { name: 'Tokens', show: Tokens },
  audit: { name: 'Audit', show: Audit },
  retention: { name: 'Retention', show: Retention },
}

/** Who may do what, and who did: no letter, and no word of one. */
export function Administration({ id }: { readonly id: string }) {
  useEffect(() => leaveLetters(), [])
  const here = Object.hasOwn(tabs, id) ? id : 'users'
  const Tab = tabs[here]?.show ?? Users
  return (
    <main class="office">
      <h1 class="sr">Administration</h1>
      <nav class="tabs" aria-label="Administration">
        {Object.entries(tabs).map(([tab, { name }]) => (
          <a key={tab} href={`#/administration/${tab}`} aria-current={tab === here ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <Tab key={here} />
    </main>
  )
}
