import { useEffect, useRef } from 'preact/hooks'
import type { LetterId } from '../../../model/index.ts'
import { useGiven, When } from '../given.tsx'
import { leaveLetters } from '../letter/flow.tsx'
import { session } from '../state.tsx'
import { Table } from '../table.tsx'
import { accessOf, deedsOf, type Told } from './deeds.ts'

type Access = {
  /** null: others, whom only a lead sees by name. */
  readonly actor: string | null
  readonly actors: number
  readonly action: string
  readonly count: number
  readonly first: string
  readonly last: string
}

/** What became of a letter, and who had to do with it. */
export function History({ id }: { readonly id: LetterId }) {
  const { value } = useGiven<Told>(`/cases/${id}/history`)
  const back = useRef<HTMLAnchorElement>(null)
  useEffect(leaveLetters, [])
  const isHere = value.value !== null
  useEffect(() => back.current?.focus(), [isHere])
  if (!value.value) return <p class="waiting muted">…</p>
  return (
    <main class="office">
      <header>
        <h1>History of {value.value.name}</h1>
        <span class="space" />
        <a class="button" ref={back} href={`#/letter/${id}`}>
          Open the letter
        </a>
        <a class="button" href="#/records">
          Records
        </a>
      </header>
      <p class="muted">
        Its id, for admins who look in the audit trail, hold or forget it: <code class="long">{id}</code>
      </p>
      <section>
        <h2>What was done to it</h2>
        <Table heads={['When', 'Who', 'What']}>
          {deedsOf(value.value).map(({ at, by, what }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nothing in the list moves, and two may be alike
            <tr key={i}>
              <td>
                <When at={at} />
              </td>
              <td>{by ?? <span class="muted">imr</span>}</td>
              <td>
                <span class="long">{what}</span>
              </td>
            </tr>
          ))}
        </Table>
      </section>
      {session.value?.roles.some((role) => role === 'reviewer' || role === 'lead') && <WhoHadToDo id={id} />}
    </main>
  )
}

/** A lead sees names; who reviews sees of others only that they did. */
function WhoHadToDo({ id }: { readonly id: LetterId }) {
  const { value } = useGiven<readonly Access[]>(`/cases/${id}/access`)
  return (
    <section>
      <h2>Who had to do with it</h2>
      <Table heads={['Who', 'What', 'How often', 'First', 'Last']}>
        {value.value?.map((one) => (
          <tr key={`${one.actor} ${one.action}`}>
            <td>{one.actor ?? (one.actors === 1 ? 'one other' : `${one.actors} others`)}</td>
            <td>{accessOf(one.action)}</td>
            <td>{one.count}</td>
            <td>
              <When at={one.first} />
            </td>
            <td>
              <When at={one.last} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
