import { call } from '../api.tsx'
import { TwiceButton, useDoing, Wrong } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'
import { session, tell } from '../state.tsx'
import { Table } from '../table.tsx'

type Listed = {
  readonly name: string
  readonly createdAt: string
  readonly seenAt: string
  readonly expiresAt: string
}

/** Who is signed in. */
export function Sessions() {
  const { value, again } = useGiven<readonly Listed[]>('/sessions')
  const doing = useDoing()
  const end = (name: string) =>
    doing.run(async () => {
      const { ended } = await call<{ readonly ended: number }>('DELETE', `/users/${encodeURIComponent(name)}/sessions`)
      tell(ended === 1 ? `One session of ${name} has ended.` : `${ended} sessions of ${name} have ended.`)
      await again()
    })
  return (
    <section>
      <div class="head">
        <h2>Signed in now</h2>
        <span class="space" />
        <button type="button" onClick={again}>
          Look again
        </button>
      </div>
      <Wrong doing={doing} />
      <Table heads={['Who', 'Since', 'Did something last', 'Ends at the latest']} acts="End">
        {value.value?.map((one) => (
          <tr key={`${one.name} ${one.createdAt}`}>
            <td>{one.name}</td>
            <td>
              <When at={one.createdAt} />
            </td>
            <td>
              <When at={one.seenAt} />
            </td>
            <td>
              <When at={one.expiresAt} />
            </td>
            <td class="acts">
              {one.name !== session.value?.name && (
                <TwiceButton sure={`End all of ${one.name}`} act={() => end(one.name)}>
                  End
                </TwiceButton>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
