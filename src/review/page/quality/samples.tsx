import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../api.tsx'
import { FormDialog } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'
import { leaveLetters } from '../letter/flow.tsx'
import { go, isLead, tell } from '../state.tsx'
import { Table } from '../table.tsx'
import { askedOf } from './answer.ts'
import { type Estimate, Estimates, inFigures, percent } from './estimates.tsx'
import { Overview } from './overview.tsx'

type Sample = {
  readonly id: string
  readonly drawnBy: string
  readonly drawnAt: string
  readonly bound: number
  readonly level: number
  readonly tolerated: number
  readonly population: number
  readonly size: number
}
type Rows = readonly { readonly name: string; readonly errors: Estimate }[]
type Report = {
  readonly sample: Sample
  readonly letters: Estimate
  readonly atMost: number
  readonly open: number
  readonly toSettle: number
  readonly byField: Rows
  readonly byLayout: Rows
  readonly byScan: Rows
  readonly byVersion: Rows
  readonly agreement: {
    readonly same: Estimate
    readonly kappa: number | null
    readonly interval: readonly [number, number] | null
  }
}

/** How good the letters are that nobody looked at: samples of them, to be answered blind, and what they show. */
export function Quality({ id }: { readonly id: string }) {
  useEffect(leaveLetters, [])
  return (
    <main class="office quality">
      <h1>Quality</h1>
      {id === '' || !isLead() ? (
        <>
          <Overview />
          <Samples />
        </>
      ) : (
        <SampleReport key={id} id={id} />
      )}
    </main>
  )
}

function Samples() {
  const { value, again } = useGiven<readonly Sample[]>('/samples')
  const isDrawing = useSignal(false)
  return (
    <section>
      <div class="head">
        <h2>Samples of letters that were accepted without a look</h2>
        <span class="space" />
        {isLead() && (
          <button type="button" class="main" onClick={() => (isDrawing.value = true)}>
            Draw a sample
          </button>
        )}
      </div>
      {value.value?.length === 0 && (
        <p class="muted">
          {isLead()
            ? 'None was drawn yet. A sample says how many of them are wrong at most, from a few hundred that people check blind.'
            : 'None was drawn yet. A lead draws them.'}
        </p>
      )}
      {value.value && value.value.length > 0 && (
        <Table heads={['Drawn', 'By', 'To show', 'Letters']} acts="What can be done">
          {value.value.map((sample) => (
            <tr key={sample.id}>
              <td>
                <When at={sample.drawnAt} />
              </td>
              <td>{sample.drawnBy}</td>
              <td>
                at most {percent(sample.bound)} wrong, {percent(sample.level)} sure
              </td>
              <td>
                {sample.size} of {sample.population}
              </td>
              <td class="acts">
                <a class="button" href={`#/blind/${sample.id}`}>
                  Answer
                </a>{' '}
                {isLead() && (
                  <a class="button" href={`#/quality/${sample.id}`}>
                    What it shows
                  </a>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {isDrawing.value && (
        <Draw
          onClose={() => {
            isDrawing.value = false
            again()
          }}
        />
      )}
    </section>
  )
}

function Draw({ onClose }: { readonly onClose: () => void }) {
  const [bound, tolerated, double] = [useSignal('1'), useSignal('0'), useSignal('20')]
  return (
    <FormDialog
      title="Draw a sample"
      act="Draw"
      onClose={onClose}
      submit={async () => {
        const sample = await call<Sample>('POST', '/samples', {
          body: {
            bound: Number(bound.value) / 100,
            tolerated: Number(tolerated.value),
            double: Number(double.value) / 100,
          },
        })
        tell(sample.size === 1 ? '1 letter was drawn.' : `${sample.size} letters were drawn.`)
      }}
    >
      <p class="muted">
        With 1 % and none wrong it takes 299 letters, fewer where there are few to draw from. What was read of them is
        sealed now: reading them again later changes nothing here.
      </p>
      <label>
        At most this share of the accepted letters is wrong, in percent
        <input
          type="number"
          min="0.1"
          max="50"
          step="0.1"
          required
          value={bound}
          onInput={(e) => (bound.value = e.currentTarget.value)}
        />
      </label>
      <label>
        Wrong ones that may be among those drawn
        <input
          type="number"
          min="0"
          max="20"
          step="1"
          required
          value={tolerated}
          onInput={(e) => (tolerated.value = e.currentTarget.value)}
        />
      </label>
      <label>
        Share that two people answer, in percent
        <input
          type="number"
          min="0"
          max="100"
          step="1"
          required
          value={double}
          onInput={(e) => (double.value = e.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}

function SampleReport({ id }: { readonly id: string }) {
  const { value } = useGiven<Report>(`/samples/${id}/quality`)
  if (!value.value) return <p class="waiting muted">…</p>
  const { sample, letters, atMost, open, toSettle, byField, byLayout, byScan, byVersion, agreement } = value.value
  return (
    <>
      <section>
        <div class="head">
          <h2>
            Sample of <When at={sample.drawnAt} />, {sample.size} of {sample.population} letters
          </h2>
          <span class="space" />
          <button type="button" onClick={() => go('quality')}>
            All samples
          </button>
          {(open > 0 || toSettle > 0) && (
            <a class="button" href={`#/blind/${id}`}>
              Answer
            </a>
          )}
        </div>
        <dl class="figures">
          <div>
            <dt>Wrong at most</dt>
            <dd class="number">{percent(atMost)}</dd>
            <dd class="muted">
              of all accepted letters, {percent(sample.level)} sure; {percent(sample.bound)} was to be shown
            </dd>
          </div>
          <div>
            <dt>Letters with anything wrong</dt>
            <dd class="number">
              {letters.count} of {letters.of}
            </dd>
            <dd class="muted">{inFigures(letters)}</dd>
          </div>
          <div>
            <dt>Still open</dt>
            <dd class="number">{open}</dd>
            <dd class="muted">{toSettle === 0 ? 'no two people differ' : `${toSettle} to be settled by a third`}</dd>
          </div>
          <div>
            <dt>Two people agree</dt>
            <dd class="number">{agreement.same.share === null ? '—' : percent(agreement.same.share)}</dd>
            <dd class="muted">{kappaOf(agreement)}</dd>
          </div>
        </dl>
      </section>
      <Estimates
        title="By field"
        by="Field"
        rows={byField.map(({ name, errors }) => ({ name: askedOf({ path: name }), errors }))}
      />
      <Estimates title="By layout" by="Layout" rows={byLayout} />
      <Estimates title="By how the page came" by="Page" rows={byScan} />
      <Estimates title="By version that read it" by="Version" rows={byVersion} />
    </>
  )
}

function kappaOf({ kappa, interval }: Report['agreement']): string {
  if (kappa === null) return 'Cohen’s kappa: nothing to tell yet'
  const [low, high] = interval ?? [kappa, kappa]
  return `Cohen’s kappa ${two(kappa)} (${two(low)} to ${two(high)})`
}

/** With two places, and no minus before nothing. */
const two = (number: number) => (Math.round(number * 100) / 100 + 0).toFixed(2)
