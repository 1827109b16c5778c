import { useSignal } from '@preact/signals'
import { call } from '../api.tsx'
import { KeepDialog, useDoing, Wrong } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'

type Seal = { readonly number: number; readonly rows: number; readonly root: string; readonly at: string }
type Verified = {
  readonly seals: number
  readonly sealed: number
  readonly unsealed: number
  readonly broken: readonly {
    readonly seal: number
    readonly fromSeq: number
    readonly toSeq: number
    readonly why: string
  }[]
}

/** Whether the trail is as it was sealed; a new seal at once, its root to be kept elsewhere. */
export function Seals() {
  const { value: seals, again } = useGiven<readonly Seal[]>('/audit/seals')
  const verified = useSignal<Verified | null>(null)
  const made = useSignal<Seal | null>(null)
  const doing = useDoing()
  const last = seals.value?.at(-1)
  return (
    <section>
      <h2>Is it all there?</h2>
      <div class="line">
        <p class="muted">
          {seals.value === null ? '…' : last ? 'Sealed last ' : 'Nothing is sealed yet.'}
          {last && <When at={last.at} />}
        </p>
        <span class="space" />
        <button
          type="button"
          disabled={doing.isBusy}
          onClick={() =>
            doing.run(async () => {
              verified.value = await call<Verified>('GET', '/audit/verification')
            })
          }
        >
          Verify
        </button>
        <button
          type="button"
          disabled={doing.isBusy}
          onClick={() =>
            doing.run(async () => {
              made.value = await call<Seal>('POST', '/audit/seal')
              await again()
            })
          }
        >
          Seal now
        </button>
      </div>
      <Wrong doing={doing} />
      {verified.value && <Told verified={verified.value} />}
      {made.value && (
        <KeepDialog
          title={`Seal ${made.value.number}`}
          label="Root of the seal"
          text={made.value.root}
          onClose={() => (made.value = null)}
        >
          <p>
            {made.value.rows === 1 ? 'One row is' : `${made.value.rows} rows are`} sealed. Whoever can write the
            database could make all seals anew: write this root down where they cannot, and compare it with{' '}
            <code>imr audit verify --root</code>.
          </p>
        </KeepDialog>
      )}
    </section>
  )
}

function Told({ verified: { seals, sealed, unsealed, broken } }: { readonly verified: Verified }) {
  const after = unsealed === 1 ? 'one row has come since' : `${unsealed} rows have come since`
  if (broken.length === 0)
    return (
      <p role="status" class="state good">
        All {sealed} rows under {seals === 1 ? 'one seal' : `${seals} seals`} are as they were sealed; {after}.
      </p>
    )
  return (
    <div role="alert" class="wrong">
      <p>
        <strong>Not as it was sealed.</strong> Keep the database as it is, and compare with a backup and with roots that
        are kept elsewhere.
      </p>
      <ul>
        {broken.map((one) => (
          <li key={one.seal}>
            Seal {one.seal}, rows {one.fromSeq} to {one.toSeq}: {one.why}
          </li>
        ))}
      </ul>
    </div>
  )
}
