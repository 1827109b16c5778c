import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { CutPart } from '../../../model/index.ts'
import { call, wordsOf } from '../api.tsx'
import { commands } from '../commands.ts'
import { Help, KeyBar } from '../help.tsx'
import { type Acts, useKeys } from '../keys.ts'
import { leaveLetters } from '../letter/flow.tsx'
import { go, tell } from '../state.tsx'
import { spotsOf, stepFrom, type Way } from '../steps.ts'
import { takeBegin } from './begin.ts'
import { CutDesk, type FileCuts } from './cut-desk.ts'
import { type Kind, kindNames, kinds, partOf } from './parts.ts'

/** The pages of a file, and where its letters begin: split, joined, called otherwise, and cut so when that is said. */
export function Cut({ id: sha }: { readonly id: string }) {
  const desk = useSignal<CutDesk | null>(null)
  const from = useRef<string | null>(null)
  useEffect(() => {
    leaveLetters(sha)
    desk.value = null
    call<FileCuts>('GET', `/documents/${sha}/cuts`).then(
      (cuts) => {
        const made = new CutDesk(sha, cuts)
        const begin = takeBegin(sha)
        from.current = begin?.from ?? null
        if (begin && made.pages.value.includes(begin.page)) {
          made.here.value = begin.page
          made[begin.act]()
        }
        desk.value = made
      },
      (error) => {
        tell(wordsOf(error), 'wrong')
        go('records')
      },
    )
  }, [sha])
  return desk.value?.sha === sha ? (
    <OnDesk key={sha} desk={desk.value} from={from.current} />
  ) : (
    <p class="waiting muted" role="status">
      The file is on its way …
    </p>
  )
}

function OnDesk({ desk, from }: { readonly desk: CutDesk; readonly from: string | null }) {
  const list = useRef<HTMLDivElement>(null)
  const isHelping = useSignal(false)
  /** Esc was pressed once on what is not saved. */
  const isWarned = useRef(false)
  const thumbs = () => [...(list.current?.querySelectorAll<HTMLElement>('.thumb') ?? [])]
  const toCursor = () => list.current?.querySelector<HTMLElement>('.thumb[aria-current]')?.focus()
  const [here, parts] = [desk.here.value, desk.parts.value]
  useEffect(() => {
    toCursor()
    isWarned.current = false
  }, [here, parts])

  function step(way: Way) {
    const to = desk.pages.value[stepFrom(desk.pages.value.indexOf(desk.here.value), spotsOf(thumbs()), way)]
    if (to !== undefined) desk.here.value = to
  }
  async function save() {
    const isNew = desk.isChanged.value
    if (!(await desk.save())) return
    const { length } = desk.saved.value.letters
    tell(isNew ? `The file is cut: ${length === 1 ? '1 letter' : `${length} letters`}.` : 'It stands so already.')
    if (from !== null && isNew) go(`letter/${letterAt(desk) ?? from}`)
  }
  function leave() {
    if (desk.isChanged.value && !isWarned.current) {
      isWarned.current = true
      return tell('The file is not cut so yet: Enter cuts it; Esc once more leaves it as it was.')
    }
    go(from === null ? 'records' : `letter/${from}`)
  }
  const acts: Acts<'cut'> = {
    'page-right': () => step('right'),
    'page-left': () => step('left'),
    'page-down': () => step('down'),
    'page-up': () => step('up'),
    split: () => desk.split(),
    join: () => desk.join(),
    kind: (event) => {
      const kind = kinds[Number(event?.key ?? 0) - 1]
      if (kind) desk.kind(kind)
      else openKinds()
    },
    kinds: () => openKinds(),
    undo: () => desk.undo(),
    redo: () => desk.redo(),
    save,
    leave,
    help: () => {
      isHelping.value = true
    },
  }
  const openKinds = () => list.current?.querySelector<HTMLSelectElement>('.part.here select')?.focus()
  useKeys('cut', acts)
  const letters = parts.filter(({ kind }) => kind === 'imr-determination').length
  const close = () => {
    isHelping.value = false
    toCursor()
  }
  return (
    <main class="cut" aria-label="Cut">
      <header class="letter-head">
        <h1>{desk.saved.value.fileName}</h1>
        <span class="muted">
          {desk.pages.value.length === 1 ? '1 page' : `${desk.pages.value.length} pages`},{' '}
          {letters === 1 ? '1 letter' : `${letters} letters`}
        </span>
        <span class="space" />
        <span class="left" role="status">
          {desk.isBusy.value ? 'cutting …' : desk.isChanged.value ? 'Not cut so yet: Enter' : ''}
        </span>
      </header>
      <div class="cut-pages" ref={list} data-keys="">
        {parts.map((part, i) => (
          <Part key={part.pages[0]} desk={desk} part={part} number={i + 1} done={toCursor} />
        ))}
      </div>
      <KeyBar
        commands={commands.filter((c) => c.place === 'cut' && 'short' in c)}
        perform={(id) => acts[id as keyof typeof acts](null)}
      />
      {isHelping.value && <Help screen="cut" onClose={close} />}
      {desk.conflict.value && (
        <div class="conflict" role="alert">
          <p>
            <strong>Not cut.</strong> {desk.conflict.value.text}
          </p>
          <ul>
            {desk.conflict.value.changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
          <p class="muted">This is the file as it is now. Ctrl+Z brings back what you wanted.</p>
          <button type="button" onClick={() => (desk.conflict.value = null)}>
            Go on
          </button>
        </div>
      )}
    </main>
  )
}

/** The letter that the cursor is in, or the one before it; undefined: there is none. */
function letterAt(desk: CutDesk): string | undefined {
  const own = partOf(desk.parts.value, desk.here.value)?.pages ?? []
  const { letters } = desk.saved.value
  const pageOf = (id: string) => Number(id.slice(id.lastIndexOf('p') + 1))
  return letters.find((id) => own.includes(pageOf(id))) ?? letters.findLast((id) => pageOf(id) < desk.here.value)
}

function Part({
  desk,
  part,
  number,
  done,
}: {
  readonly desk: CutDesk
  readonly part: CutPart
  readonly number: number
  readonly done: () => void
}) {
  const here = desk.here.value
  const isHere = part.pages.includes(here)
  return (
    <section class={`part ${isHere ? 'here' : ''} ${part.kind}`} aria-label={`Part ${number}: ${kindNames[part.kind]}`}>
      <header>
        <span class="number">{number}</span>
        <select
          aria-label={`Kind of part ${number}`}
          tabIndex={isHere ? 0 : -1}
          value={part.kind}
          onFocus={() => {
            if (!isHere) desk.here.value = part.pages[0] ?? here
          }}
          onChange={(event) => {
            desk.here.value = isHere ? here : (part.pages[0] ?? here)
            desk.kind(event.currentTarget.value as Kind)
            done()
          }}
        >
          {kinds.map((kind, i) => (
            <option key={kind} value={kind}>
              {i < 9 ? `${i + 1} ${kindNames[kind]}` : kindNames[kind]}
            </option>
          ))}
        </select>
        <span class="muted">{part.pages.length === 1 ? '1 page' : `${part.pages.length} pages`}</span>
      </header>
      <div class="thumbs">
        {part.pages.map((page) => (
          <button
            type="button"
            key={page}
            class="thumb"
            tabIndex={page === here ? 0 : -1}
            aria-label={`Page ${page}`}
            aria-current={page === here ? 'page' : undefined}
            onClick={() => (desk.here.value = page)}
          >
            <img src={`/api/v1/documents/${desk.sha}/pages/${page}/image?size=thumb`} alt="" loading="lazy" />
            <span>{page}</span>
          </button>
        ))}
      </div>
    </section>
  )
}
