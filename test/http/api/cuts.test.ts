import { describe, expect, it, onTestFinished } from 'vitest'
import { openEngine, readDocument } from '../../../src/extract/index.ts'
import { loadGuidelines } from '../../../src/guidelines.ts'
import type { CutPart, Role } from '../../../src/model/index.ts'
import { understand } from '../../../src/pipeline.ts'
import { aFolder } from '../../extract/files.ts'
import { lettersPdf } from '../../fixtures/letter-files.ts'
import { aServer, engines } from '../a-server.ts'

const guidelines = loadGuidelines()

describe.each(engines)('a file that a person cuts into letters, in a store on %s', (_, databaseUrl) => {
  async function aFile({ role = 'reviewer', words = true }: { role?: Role; words?: boolean } = {}) {
    const server = await aServer({ databaseUrl: await databaseUrl(), local: { name: 'ria', roles: [role] } })
    const folder = await aFolder()
    const engine = await openEngine('auto', { jobs: 1 })
    onTestFinished(() => Promise.all([engine.close(), folder.remove()]).then(() => {}))
    const file = await folder.put('both.pdf', await lettersPdf('CM88-1000001', 'CM88-1000002'))
    const { store } = server
    const { sha256 } = await store.receive(file)
    const document = await readDocument(file, { engine })
    const records = await understand(document, { guidelines })
    const lease = await store.claim(sha256)
    if (lease) await store.finish(lease, { records, failure: null, ...(words ? { pages: document.pages } : {}) })
    const url = `${server.server.url}/api/v1/documents/${sha256}/cuts`
    const put = async (parts: readonly CutPart[], on?: string) => {
      const answer = await fetch(url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...(on === undefined ? {} : { 'if-match': on }) },
        body: JSON.stringify({ parts }),
      })
      return { status: answer.status, etag: answer.headers.get('etag'), json: (await answer.json()) as Json }
    }
    const get = async () => {
      const answer = await fetch(url)
      return { status: answer.status, etag: answer.headers.get('etag'), json: (await answer.json()) as Json }
    }
    return { ...server, sha256, records, put, look: get, pageCount: document.pageCount }
  }
  type Json = {
    readonly parts: CutPart[]
    readonly letters: string[]
    readonly revision: number
    readonly code: string
  }

  it('is understood anew from its kept words, to the same records when it is cut as it was', async () => {
    const { store, sha256, records, put, look } = await aFile()
    expect(records).toHaveLength(2)
    const { json, etag } = await look()
    expect([json.revision, etag, json.letters.length]).toEqual([0, '"0"', 2])
    const same = await put(json.parts, '"0"')
    expect([same.status, same.etag, same.json.letters]).toEqual([200, '"1"', json.letters])
    expect(await store.records(sha256)).toEqual(records)
    expect((await store.auditOf(sha256)).at(-1)).toMatchObject({ actor: 'ria', action: 'cut', detail: '2 letters' })
    // The answer was lost, and it is sent again.
    expect((await put(json.parts, '"0"')).status).toBe(200)
    expect((await look()).json.revision).toBe(1)
  })

  it('has its letters joined and split; what was said of one comes back with it', async () => {
    const { store, sha256, put, look, get, pageCount } = await aFile()
    const { parts, letters } = (await look()).json
    const second = letters[1] ?? ''
    await store.note(second as never, 'ria', { event: 'comment', text: 'look at page 2' })
    const pages = Array.from({ length: pageCount }, (_, i) => i + 1)
    const joined = await put([{ kind: 'imr-determination', pages }], '0')
    expect([joined.status, joined.json.letters]).toEqual([200, [`${sha256}-p1`]])
    expect(await store.records(sha256)).toHaveLength(1)
    expect((await get(`/api/v1/cases/${second}`)).status).toBe(404)
    expect((await put(parts, '1')).json.letters).toEqual(letters)
    const view = (await (await get(`/api/v1/cases/${second}`)).json()) as { comments: unknown }
    expect(view.comments).toMatchObject([{ by: 'ria', text: 'look at page 2' }])
    const [first, last] = parts
    const sheet = await put([{ kind: 'cover', pages: first?.pages ?? [] }, ...(last ? [last] : [])], '2')
    expect(sheet.json.letters).toEqual([second])
    expect((await look()).json.parts.map((p) => p.kind)).toEqual(['cover', 'imr-determination'])
  })

  it('is cut by one person at a time, on what they have seen, with every page in its place', async () => {
    const { store, put, look } = await aFile()
    const { parts, letters } = (await look()).json
    expect(await put(parts)).toMatchObject({ status: 428, json: { code: 'no-revision' } })
    expect(await put(parts, '3')).toMatchObject({ status: 409, json: { code: 'revision-conflict' } })
    expect(await put(parts.slice(1), '0')).toMatchObject({ status: 422, json: { code: 'not-all-pages' } })
    expect(await put([...parts, ...parts], '0')).toMatchObject({ status: 422, json: { code: 'not-all-pages' } })
    await store.lock(letters[1] as never, 'rob', null)
    expect(await put(parts, '0')).toMatchObject({ status: 423, json: { code: 'locked' } })
    expect((await look()).json.revision).toBe(0)
  })

  it('waits for its words, and is for those who review', async () => {
    const { put, look } = await aFile({ words: false })
    expect(await look()).toMatchObject({ status: 409, json: { code: 'no-words' } })
    expect(await put([{ kind: 'other', pages: [1] }], '0')).toMatchObject({ status: 409, json: { code: 'no-words' } })
    const physician = await aFile({ role: 'physician' })
    expect((await physician.look()).status).toBe(200)
    expect((await physician.put([{ kind: 'other', pages: [1] }], '0')).status).toBe(403)
  })
})
