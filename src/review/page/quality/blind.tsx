import { useSignal } from '@preact/signals'
import { Fragment } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { call, Refused, wordsOf } from '../api.tsx'
import { Help } from '../help.tsx'
import { useKeys } from '../keys.ts'
import { leaveLetters } from '../letter/flow.tsx'
import { go, tell } from '../state.tsx'
import {
  type Answer,
  answerOf,
  askedOf,
  inWords,
  isList,
  isOfServices,
  type Question,
  type Typing,
  typingOf,
  untouched,
} from './answer.ts'
import { Pages, turn } from './pages.tsx'

type Task = {
  readonly letterId: string
  readonly pages: readonly [number, number] | null
  readonly settle: boolean
  readonly questions: readonly Question[]
}
type Typings = Readonly<Record<string, Typing>>

/** A letter that was accepted without a look, and what somebody who looks at it says is there; or what two people part on, for a third to settle. */
export function Blind({ id }: { readonly id: string }) {
  const task = useSignal<Task | null>(null)
  const done = useSignal(0)
  const isHelping = useSignal(false)
  const pagesFrame = useRef<HTMLElement>(null)
  useKeys('blind', {
    'pages-down': () => turn(pagesFrame.current, 1),
    'pages-up': () => turn(pagesFrame.current, -1),
    keep: () => document.querySelector<HTMLFormElement>('.questions')?.requestSubmit(),
    help: () => {
      isHelping.value = true
    },
  })
  const next = async () => {
    try {
      const given = await call<Task | null>('POST', `/samples/${id}/next`)
      if (given) {
        task.value = given
        return
      }
      tell(done.value > 0 ? 'That was the last one for you in this sample. Thank you.' : 'None is left for you here.')
    } catch (error) {
      tell(wordsOf(error), 'wrong')
    }
    go('quality')
  }
  useEffect(() => {
    leaveLetters()
    next()
  }, [id])
  if (task.value === null)
    return (
      <p class="waiting muted" role="status">
        A letter is on its way …
      </p>
    )
  const { letterId, pages, settle } = task.value
  return (
    <main class="blind" aria-label={settle ? 'Settle' : 'Blind check'}>
      {pages && pages[0] > 0 ? (
        <Pages key={letterId} sha={letterId.slice(0, 64)} pages={pages} frame={pagesFrame} />
      ) : (
        <p class="waiting muted">This letter is no longer there: say of everything that it is not stated.</p>
      )}
      <Questions
        key={letterId}
        sample={id}
        task={task.value}
        answered={() => {
          done.value++
          next()
        }}
        help={() => (isHelping.value = true)}
      />
      {isHelping.value && <Help screen="blind" onClose={() => (isHelping.value = false)} />}
    </main>
  )
}

function Questions({
  sample,
  task: { letterId, settle, questions },
  answered,
  help,
}: {
  readonly sample: string
  readonly task: Task
  readonly answered: () => void
  readonly help: () => void
}) {
  const typings = useSignal<Typings>({})
  const problems = useSignal<Readonly<Record<string, string>>>({})
  const isBusy = useSignal(false)
  const form = useRef<HTMLFormElement>(null)
  const key = useRef(crypto.randomUUID())
  const of = ({ path }: Question) => typings.value[path] ?? untouched
  const type = (question: Question, typing: Partial<Typing>) => {
    typings.value = { ...typings.value, [question.path]: { ...of(question), ...typing } }
    const { [question.path]: _, ...others } = problems.value
    problems.value = others
  }
  const point = (found: Readonly<Record<string, string>>) => {
    problems.value = found
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus(), [])

  async function send() {
    if (isBusy.value) return
    const made = questions.map((question) => [question.path, answerOf(question, of(question))] as const)
    const wrong = made.flatMap(([path, one]) => ('problem' in one ? [[path, one.problem] as const] : []))
    if (wrong.length > 0) return point(Object.fromEntries(wrong))
    const answers: Record<string, Answer> = {}
    for (const [path, one] of made) if ('answer' in one) answers[path] = one.answer
    isBusy.value = true
    try {
      await call('POST', `/samples/${sample}/answers`, { body: { letterId, answers }, key: key.current })
      answered()
    } catch (error) {
      const errors = error instanceof Refused && Array.isArray(error.body.errors) ? error.body.errors : []
      point(Object.fromEntries(errors.map(({ place, message }) => [place, message])))
      // Refused for what is in it, it may be sent otherwise.
      key.current = crypto.randomUUID()
      tell(wordsOf(error), 'wrong')
    } finally {
      isBusy.value = false
    }
  }

  const services = questions.filter(isOfServices)
  return (
    <form
      class="questions"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      onKeyDown={(event) => {
        // Enter alone goes nowhere: an answer is kept once.
        if (event.key === 'Enter' && !event.ctrlKey && event.target instanceof HTMLInputElement) event.preventDefault()
      }}
    >
      <header>
        <h1>{settle ? 'Two people part: what does the letter say?' : 'What does the letter say?'}</h1>
        <p class="muted">
          {settle
            ? 'Both answers stand beside each question, without names. Yours is what counts.'
            : 'Look at the pages and type what is there. What was read is not shown.'}{' '}
          <kbd>PgUp</kbd> <kbd>PgDn</kbd> move the pages.{' '}
          <button type="button" class="quiet" onClick={help}>
            <kbd>F1</kbd> keys
          </button>
        </p>
      </header>
      {questions
        .filter((question) => !isOfServices(question))
        .map((question) => (
          <One
            key={question.path}
            question={question}
            typing={of(question)}
            problem={problems.value[question.path]}
            type={(typing) => type(question, typing)}
          />
        ))}
      {services.length > 0 && <Services questions={services} of={of} problems={problems.value} type={type} />}
      <div class="buttons">
        <button type="submit" class="main" disabled={isBusy}>
          Keep, next letter <kbd>Ctrl Enter</kbd>
        </button>
        <button type="button" class="quiet" onClick={() => go('quality')}>
          Stop here
        </button>
      </div>
      <p class="muted">An answer is kept once and not changed afterwards. A letter you leave stays yours for a day.</p>
    </form>
  )
}

type Asking = {
  readonly question: Question
  readonly typing: Typing
  readonly problem: string | undefined
  readonly type: (typing: Partial<Typing>) => void
}

function One({ question, typing, problem, type }: Asking) {
  const { path, kind } = question
  const given = {
    id: path,
    disabled: typing.isNone,
    'aria-invalid': problem !== undefined,
    'aria-describedby': `${path} problem`,
  }
  return (
    <div class="question">
      <label for={path}>
        {askedOf(question)}
        {kind === 'diagnoses' && ', one a line'}
      </label>
      {kind === 'choice' ? (
        <select {...given} value={typing.text} onChange={(e) => type({ text: e.currentTarget.value })}>
          <option value="">…</option>
          {question.options?.map((option) => (
            <option key={option} value={option}>
              {option.replaceAll('-', ' ')}
            </option>
          ))}
        </select>
      ) : kind === 'diagnoses' ? (
        <textarea
          {...given}
          rows={3}
          value={typing.lines.join('\n')}
          onInput={(e) => type({ lines: e.currentTarget.value.split('\n') })}
        />
      ) : (
        <input
          {...given}
          autocomplete="off"
          placeholder={kind === 'date' ? 'MM/DD/YYYY' : ''}
          value={typing.text}
          onInput={(e) => type({ text: e.currentTarget.value })}
        />
      )}
      <label class="choice">
        <input type="checkbox" checked={typing.isNone} onChange={(e) => type({ isNone: e.currentTarget.checked })} />
        {isList(question) ? 'none' : 'not stated'}
      </label>
      <Said question={question} take={(answer) => type(typingOf(question, answer))} />
      <Problem path={path} problem={problem} />
    </div>
  )
}

/** The services, a row each: what is asked of one of them stands beside what is asked of the same. */
function Services({
  questions,
  of,
  problems,
  type,
}: {
  readonly questions: readonly Question[]
  readonly of: (question: Question) => Typing
  readonly problems: Readonly<Record<string, string>>
  readonly type: (question: Question, typing: Partial<Typing>) => void
}) {
  const count = Math.max(...questions.map((question) => of(question).lines.length))
  const isNone = questions.every((question) => of(question).isNone)
  const lineOf = (question: Question, row: number) => of(question).lines[row] ?? ''
  const all = (change: (lines: readonly string[]) => readonly string[]) => {
    for (const question of questions) {
      const { lines } = of(question)
      type(question, { lines: change(Array.from({ length: count }, (_, row) => lines[row] ?? '')) })
    }
  }
  const put = (question: Question, row: number, text: string) => {
    all((lines) => lines)
    type(question, { lines: of(question).lines.map((line, at) => (at === row ? text : line)) })
  }
  return (
    <fieldset class="services">
      <legend>Services, in the order of the letter</legend>
      {!isNone &&
        Array.from({ length: count }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service is its place in the letter
          <div key={row} class="service">
            <span class="muted">{row + 1}</span>
            {questions.map((question) => (
              <ServiceField
                key={question.path}
                question={question}
                row={row}
                isWrong={question.path in problems}
                text={lineOf(question, row)}
                put={(text) => put(question, row, text)}
              />
            ))}
            {count > 1 && (
              <button
                type="button"
                class="quiet"
                aria-label={`Remove service ${row + 1}`}
                onClick={() => all((lines) => lines.filter((_, at) => at !== row))}
              >
                ×
              </button>
            )}
          </div>
        ))}
      <div class="buttons">
        <button type="button" disabled={isNone} onClick={() => all((lines) => [...lines, ''])}>
          Add a service
        </button>
        <label class="choice">
          <input
            type="checkbox"
            checked={isNone}
            onChange={(e) => {
              for (const question of questions) type(question, { isNone: e.currentTarget.checked })
            }}
          />
          none
        </label>
      </div>
      {questions.map((question) => (
        <Fragment key={question.path}>
          <Said question={question} take={(answer) => type(question, typingOf(question, answer))} named />
          <Problem path={question.path} problem={problems[question.path]} />
        </Fragment>
      ))}
    </fieldset>
  )
}

function ServiceField({
  question,
  row,
  isWrong,
  text,
  put,
}: {
  readonly question: Question
  readonly row: number
  readonly isWrong: boolean
  readonly text: string
  readonly put: (text: string) => void
}) {
  const given = {
    'aria-label': `${askedOf(question)}, service ${row + 1}`,
    'aria-invalid': isWrong,
    'aria-describedby': `${question.path} problem`,
    value: text,
  }
  switch (question.kind) {
    case 'choices':
      return (
        <select {...given} class="outcome" onChange={(e) => put(e.currentTarget.value)}>
          <option value="">outcome …</option>
          {question.options?.map((option) => (
            <option key={option} value={option}>
              {option.replaceAll('-', ' ')}
            </option>
          ))}
        </select>
      )
    case 'amounts':
      return (
        <input
          {...given}
          class="amount"
          autocomplete="off"
          placeholder="visits: 6, 4-6, none"
          onInput={(e) => put(e.currentTarget.value)}
        />
      )
    default:
      return (
        <textarea
          {...given}
          class="wording"
          rows={2}
          placeholder="wording"
          onInput={(e) => put(e.currentTarget.value.replaceAll('\n', ' '))}
        />
      )
  }
}

/** What the two said, each to be taken. */
function Said({
  question,
  take,
  named = false,
}: {
  readonly question: Question
  readonly take: (answer: Answer) => void
  readonly named?: boolean
}) {
  if (!question.said) return null
  return (
    <div class="said">
      {named && <span class="muted">{askedOf(question)}:</span>}
      {question.said.map((answer, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two answers, which may be alike
        <button key={i} type="button" onClick={() => take(answer)}>
          {inWords(question, answer)}
        </button>
      ))}
    </div>
  )
}

const Problem = ({ path, problem }: { readonly path: string; readonly problem: string | undefined }) => (
  <p class="problem" id={`${path} problem`} role="alert">
    {problem}
  </p>
)
