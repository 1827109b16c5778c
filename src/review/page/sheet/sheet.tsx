import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { commands } from '../commands.ts'
import { Crop } from '../crop.tsx'
import { Help, KeyBar } from '../help.tsx'
import { imageNow } from '../images.tsx'
import { type Acts, useKeys } from '../keys.ts'
import { leaveLetters } from '../letter/flow.tsx'
import { nameOfPlace } from '../rows.ts'
import { go, tell } from '../state.tsx'
import { spotsOf, stepFrom, type Way } from '../steps.ts'
import { shown } from '../values.ts'
import { type Item, keyOf, SheetDesk } from './sheet-desk.ts'

/** Pixels that a crop may have. */
const MOST = { width: 210, height: 44 }
const FIRST = 'header.decisionDate'

/** One field of many letters at once: crop by crop with its value, accepted together but for what is marked as doubtful. */
export function Sheet({ id }: { readonly id: string }) {
  const field = id || FIRST
  const desk = useMemo(() => new SheetDesk(field), [field])
  useEffect(() => {
    leaveLetters()
    desk.load()
  }, [desk])
  return <OnDesk key={field} desk={desk} />
}

/** Nothing is accepted that nobody can have seen. */
const isInSight = ({ letterId, page }: Item) => imageNow(letterId.slice(0, 64), page, 'small') !== null

function OnDesk({ desk }: { readonly desk: SheetDesk }) {
  const list = useRef<HTMLDivElement>(null)
  const menu = useRef<HTMLSelectElement>(null)
  const isHelping = useSignal(false)
  const [items, at] = [desk.items.value, desk.at.value]
  const cards = () => [...(list.current?.querySelectorAll<HTMLElement>('.card') ?? [])]
  const toCursor = () => cards()[desk.at.value]?.focus()
  useEffect(() => {
    if (document.activeElement !== menu.current) toCursor()
  }, [items, at])

  const step = (way: Way) => {
    desk.at.value = stepFrom(desk.at.value, spotsOf(cards()), way)
  }
  const accept = (event: KeyboardEvent | null, what: readonly Item[], act: () => unknown) => {
    // A key that is held down accepts one sheet.
    if (event?.repeat) return
    if (what.every((item) => desk.marked.value.has(keyOf(item)) || isInSight(item))) act()
    else tell('Not everything is in sight yet: what the page shows is on its way.')
  }
  const acts: Acts<'sheet'> = {
    'crop-right': () => step('right'),
    'crop-left': () => step('left'),
    'crop-down': () => step('down'),
    'crop-up': () => step('up'),
    'accept-all': (event) => accept(event, items ?? [], () => desk.acceptAll()),
    'accept-this': (event) => accept(event, desk.here ? [desk.here] : [], () => desk.acceptHere()),
    doubtful: () => desk.mark(),
    open: () => desk.here && go(`letter/${desk.here.letterId}`),
    undo: () => desk.undo(),
    field: () => menu.current?.focus(),
    leave: () => go('work'),
    help: () => {
      isHelping.value = true
    },
  }
  useKeys('sheet', acts)
  const marked = desk.marked.value.size
  const left = desk.left.value
  return (
    <main class="group" aria-label="Group sheet">
      <header class="letter-head">
        <h1>One field of many letters</h1>
        <label>
          <span class="sr">Field</span>
          <select ref={menu} value={desk.field} onChange={(event) => go(`sheet/${event.currentTarget.value}`)}>
            {(desk.fields.value.length > 0 ? desk.fields.value : [desk.field]).map((field) => (
              <option key={field} value={field}>
                {nameOfField(field)}
              </option>
            ))}
          </select>
        </label>
        <span class="space" />
        {desk.accepted.value > 0 && <span class="muted">{desk.accepted.value} accepted</span>}
        <span class={`left ${marked === 0 ? 'none' : ''}`} role="status">
          {items === null ? '…' : `${items.length} here${marked > 0 ? `, ${marked} marked` : ''}`}
        </span>
      </header>
      <div class="crops">
        {items?.length === 0 && <p class="muted nothing">No letter that waits has this field to check.</p>}
        <div class="cards" ref={list} data-keys="">
          {items?.map((item, i) => (
            <Card key={keyOf(item)} desk={desk} item={item} isHere={i === at} to={() => (desk.at.value = i)} />
          ))}
        </div>
        {left.length > 0 && (
          <section class="letters">
            <h2>Left to their letters</h2>
            <ul>
              {left.map((one) => (
                <li key={keyOf(one)}>
                  <a href={`#/letter/${one.letterId}`}>
                    <strong>{one.name}</strong> <span class="muted">{one.why}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <KeyBar
        commands={commands.filter((c) => c.place === 'sheet' && 'short' in c)}
        perform={(id) => acts[id as keyof typeof acts](null)}
      />
      {isHelping.value && (
        <Help
          screen="sheet"
          onClose={() => {
            isHelping.value = false
            toCursor()
          }}
        />
      )}
    </main>
  )
}

const nameOfField = (field: string) => nameOfPlace(field.replace('[]', '[0]')).replace(/^(Service|Diagnosis) 1/, '$1')

function Card({
  desk,
  item,
  isHere,
  to,
}: {
  readonly desk: SheetDesk
  readonly item: Item
  readonly isHere: boolean
  readonly to: () => void
}) {
  const isMarked = desk.marked.value.has(keyOf(item))
  const text = shown(item.value, IMR_FIELDS[desk.field]?.kind ?? 'text')
  return (
    <button
      type="button"
      class={`card ${isMarked ? 'marked' : ''}`}
      tabIndex={isHere ? 0 : -1}
      aria-current={isHere}
      aria-pressed={isMarked}
      onFocus={to}
      onClick={() => {
        to()
        desk.mark(item)
      }}
      // Space marks as a key of the screen: the button does not do it once more.
      onKeyUp={(event) => event.key === ' ' && event.preventDefault()}
    >
      <span class="window">
        <Crop sha={item.letterId.slice(0, 64)} page={item.page} box={item.box} most={MOST} />
      </span>
      <span class="value">{text}</span>
      <span class="muted">
        {item.name}
        {isMarked && <span class="trust check">doubtful</span>}
      </span>
    </button>
  )
}
