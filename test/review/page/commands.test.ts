import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { commands, keysOn, keysTables, type Place, screenKeys } from '../../../src/review/page/commands.ts'

it('docs/review-keys.md has the keys as the page has them (npm run keys writes it)', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/review-keys.md', import.meta.url)), 'utf8')
  expect(page).toContain(keysTables())
})

it('lists every command on one screen, once', () => {
  const listed = (Object.keys(screenKeys) as (keyof typeof screenKeys)[]).flatMap((screen) =>
    keysOn(screen).flatMap(({ commands }) => commands),
  )
  expect(listed.map((c) => `${c.place} ${c.id}`).toSorted()).toEqual(
    commands.map((c) => `${c.place} ${c.id}`).toSorted(),
  )
})

it('gives each key one meaning in each place', () => {
  const everywhere: readonly Place[] = ['letter']
  for (const { places } of Object.values(screenKeys))
    for (const place of Object.keys(places)) {
      const here: readonly string[] = 'letter' in places ? [place, ...everywhere] : [place]
      const keys = commands.filter((c) => new Set(here).has(c.place)).flatMap((c) => c.keys)
      expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted())
    }
})
