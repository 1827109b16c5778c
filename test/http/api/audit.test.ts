import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { signedIn } from '../../fixtures/people.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

describe.skipIf(redisUrl === null).each(engines)('the audit trail of a server on %s', (_, databaseUrl) => {
  it('is shown to admins, page by page, reported by case, sealed and verified', async () => {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const boss = await signedIn({ url: server.url, store }, 'boss', ['admin'])
    const get = async (path: string) => (await boss.call('GET', `/api/v1/audit${path}`)).json()
    const letter = `${'ab'.repeat(32)}-p1`
    for (const actor of ['j.doe', 'm.roe', 'j.doe']) await store.noteAct({ actor, action: 'seen', subject: letter })
    const first = (await get(`?case=${letter}&limit=2`)) as { rows: object[]; before: number }
    expect(first.rows).toMatchObject([
      { actor: 'j.doe' },
      { actor: 'm.roe', action: 'seen', subject: letter, after: null },
    ])
    expect(await get(`?case=${letter}&limit=2&before=${first.before}`)).toMatchObject({
      rows: [{ actor: 'j.doe' }],
      before: null,
    })
    expect(await get('?user=boss')).toMatchObject({
      rows: [{ action: 'signed-in', subject: 'boss', detail: 'from 127.0.0.1' }],
    })
    expect(await get(`/access?case=${letter}`)).toMatchObject([
      { actor: 'j.doe', count: 2 },
      { actor: 'm.roe', count: 1 },
    ])
    await store.shown([letter], 'm.roe', 'list')
    const { rows } = (await get(`?case=${letter}&action=letter-shown`)) as { rows: { subject: string }[] }
    expect(await get(`/lists/${rows[0]?.subject}`)).toEqual([letter])
    expect((await boss.call('GET', `/api/v1/audit/lists/list-${'0'.repeat(64)}`)).status).toBe(404)
    expect((await boss.call('GET', '/api/v1/audit?case=x')).status).toBe(400)
    const sealed = await boss.call('POST', '/api/v1/audit/seal')
    expect([sealed.status, await sealed.json()]).toMatchObject([201, { actor: 'boss' }])
    expect((await boss.call('POST', '/api/v1/audit/seal')).status).toBe(409)
    expect(await get('/verification')).toMatchObject({ unsealed: 0, broken: [] })
    expect(((await get('/seals')) as object[]).at(-1)).toMatchObject({ actor: 'boss' })
  })

  it('is sealed by itself when the server starts', async () => {
    const { store, get } = await aServer({ databaseUrl: await databaseUrl() })
    await store.noteAct({ actor: 'j.doe', action: 'seen', subject: 'a' })
    const again = await aServer({ store })
    while ((await store.seals()).length === 0) await sleep(20)
    expect(await store.verifySeals()).toMatchObject({ unsealed: 0, broken: [] })
    expect((await get('/health/live')).status).toBe(200)
    await again.server.stop()
  })
})
