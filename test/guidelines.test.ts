import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseGuidelines } from '../src/decide/index.ts'
import { guidelinesId } from '../src/guidelines.ts'
import { version } from '../src/version.ts'

const folder = fileURLToPath(new URL('../src/decide/guidelines/', import.meta.url))
const yaml = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => ({ name, text: readFileSync(`${folder}${name}`, 'utf8') }))
const json = yaml.map(({ name, text }) => ({ name: name.replace('.yaml', '.json'), text: JSON.stringify(parse(text)) }))

describe('the id of the guidelines', () => {
  it('holds the version and a digest, the same from YAML and from the JSON of a build', () => {
    const id = guidelinesId(parseGuidelines(yaml))
    expect(id.split(' ')).toEqual([version, expect.stringMatching(/^[0-9a-f]{12}$/)])
    expect(guidelinesId(parseGuidelines(json))).toBe(id)
  })

  it('changes when a pack does', () => {
    const changed = [...yaml, { name: 'own.yaml', text: 'chronicAfterDays: 91' }]
    expect(guidelinesId(parseGuidelines(changed))).not.toBe(guidelinesId(parseGuidelines(yaml)))
  })
})
